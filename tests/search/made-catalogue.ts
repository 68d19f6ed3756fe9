import { createSeededRandom, type SeededRandom } from '../../cli/crowd/seeded-random.ts';

/** An event as search sees it. */
export type MadeEvent = {
  id: string;
  name: string;
  performers: string[];
  aliases: string[];
  venueId: string;
};
export type MadeVenue = { id: string; name: string; city: string; aliases: string[] };
export type MadeCatalogue = { venues: MadeVenue[]; events: MadeEvent[] };

const SEED = 20_301_105;

const CITIES =
  'London,Manchester,Glasgow,Dublin,Paris,Lyon,Marseille,Berlin,Hamburg,München,Köln,Zürich,Genève,Wien,Kraków,Łódź,Praha,Budapest,Oslo,Tromsø,Malmö,Göteborg,København,Århus,Helsinki,Reykjavík,Lisboa,Porto,Madrid,Sevilla,Málaga,Roma,Firenze,Torino,Athens,İstanbul,Delhi,Mumbai,Kolkata,Chennai,Bengaluru,Jaipur,Lucknow,Pune,Toronto,Montréal,Chicago,Seattle,Boston,Denver,São Paulo,Bogotá,Lima,Tokyo,Osaka,Sydney,Melbourne,Auckland,Nairobi,Lagos'.split(
    ',',
  );
const HALLS = 'Hall,Arena,Theatre,Opera House,Stadium,Club,Playhouse,Garden,Pavilion,Cathedral'.split(',');
const PLACES = 'Riverside,Meridian,Lantern,Harbour,Orchard,Granite,Beacon,Summit,Mill,Castle,Garrison,Foundry'.split(
  ',',
);
const FIRST =
  'Amara,Björn,Chloé,Dmitri,Elif,Fionnuala,Gaëlle,Håkon,Ingrid,Jürgen,Kavya,Léonie,Małgorzata,Noémie,Øystein,Priya,Quentin,Ragnhild,Søren,Tomáš,Ulrike,Vikram,Wanjiru,Xiomara,Yusuf,Zoë,Anjali,Bertrand,Cordelia,Desmond,Evangeline,Florian,Gwendolyn,Harriet,Isidora,Jasper,Katharina,Lysander,Magdalena,Nathaniel'.split(
    ',',
  );
const LAST =
  'Abernathy,Brännström,Castañeda,Dvořák,Eriksen,Fitzgerald,Gonçalves,Hernández,Iyer,Jankowski,Krishnamurthy,Lindqvist,MacAllister,Nakamura,O’Sullivan,Petrović,Quiñones,Rautavaara,Subramaniam,Thorvaldsen,Ungaretti,Villanueva,Wojciechowski,Yamamoto,Zimmermann,Achterberg,Bellweather,Carmichael,Drummond,Ellingworth,Featherstone,Galbraith,Hawthorne,Inglewood,Jorgensen,Kingsbury,Lockhart,Montgomery,Northcote,Pemberton'.split(
    ',',
  );
const ADJECTIVES =
  'Velvet,Midnight,Copper,Silver,Wandering,Electric,Crimson,Hollow,Distant,Golden,Broken,Silent,Burning,Paper,Northern,Forgotten,Marble,Scarlet,Frozen,Restless,Amber,Invisible,Reckless,Tangled'.split(
    ',',
  );
const NOUNS =
  'Lanterns,Foxes,Harbours,Satellites,Orchards,Thieves,Cathedrals,Sparrows,Engines,Mountains,Telephones,Wolves,Gardens,Shadows,Sailors,Pianos,Umbrellas,Comets,Strangers,Bicycles,Magnolias,Carousels,Lighthouses,Pilgrims'.split(
    ',',
  );
const SHOWS =
  'Farewell Tour,World Tour,Acoustic Night,Christmas Concert,in Concert,Unplugged,Album Launch,Symphony Gala,Open Air,Chamber Evening'.split(
    ',',
  );

/** What people did write and compose, and what is called otherwise elsewhere; queries for these are made by hand. */
const KNOWN: [id: string, name: string, performers: string[], aliases: string[]][] = [
  ['zauberfloete', 'Die Zauberflöte', ['Lantern Quay Opera'], ['The Magic Flute']],
  ['boheme', 'La Bohème', ['Lantern Quay Opera'], []],
  ['swan-lake', 'Swan Lake', ['Harbour Ballet'], ['Лебединое озеро', 'Schwanensee']],
  ['nutcracker', 'The Nutcracker', ['Harbour Ballet'], ['Щелкунчик']],
  ['rusalka', 'Dvořák: Rusalka', ['Mill Street Singers'], []],
  ['midsummer', 'A Midsummer Night’s Dream', ['Beacon Players'], []],
  ['macbeth', 'Macbeth', ['Beacon Players'], ['The Scottish Play']],
  ['ring', 'Der Ring des Nibelungen', ['Granite Opera'], ['The Ring Cycle']],
  ['carmina', 'Carmina Burana', ['Orchard Choir'], []],
  ['rhapsody', 'Rhapsody in Blue', ['Meridian Big Band'], []],
  ['mahler', 'Mahler: Symphony No. 2 “Resurrection”', ['Lantern Quay Philharmonic'], []],
  ['raga', 'Evening Ragas', ['Kavita Rao'], ['शाम के राग']],
  ['sangeet', 'संगीत महोत्सव', ['Pandit Mohan Das'], ['Sangeet Mahotsav']],
  ['ramlila', 'रामलीला', ['Lucknow Kala Mandir'], ['Ramlila']],
  ['kathak', 'कथक संध्या', ['Anjali Mehta'], ['Kathak Evening']],
  ['fado', 'Noite de Fado', ['Inês Conceição'], []],
  ['flamenco', 'Flamenco Pasión', ['Compañía Núñez'], []],
  ['tango', 'Tango Argentino', ['Orquesta Típica Medianoche'], []],
  ['jazz', 'Jazz à la Villette', [], []],
  ['oktoberfest', 'Oktoberfest Blaskapelle', ['Die Münchner Spatzen'], []],
  ['cup-final', 'Harbour Rovers v. Mill United: Cup Final', [], []],
  ['derby', 'FC Granite – Beacon Athletic', [], []],
  ['motley', 'Mötley Brüders', [], []],
  ['acdc', 'AM/PM: Thunder Rails', ['AM/PM'], ['AMPM']],
  ['rocknroll', 'Rock ’n’ Roll Revue', ['The 1957s'], []],
];

/** A catalogue of four thousand events, always the same. Names repeat their parts, as names do, but no name repeats. */
export function makeCatalogue(): MadeCatalogue {
  const random = createSeededRandom(SEED);
  const venues = CITIES.flatMap((city, i) =>
    Array.from({ length: 3 }, (_, n) => ({
      id: `venue-${i}-${n}`,
      name: `${one(random, PLACES)} ${one(random, HALLS)}`,
      city,
      aliases: aliasesOf(city),
    })),
  );
  const events = new Map<string, MadeEvent>();
  while (events.size < 4000 - KNOWN.length) {
    const { name, performers } = makeShow(random);
    if (!events.has(name))
      events.set(name, { id: `made-${events.size}`, name, performers, aliases: [], venueId: one(random, venues).id });
  }
  const known = KNOWN.map(([id, name, performers, aliases], i) => ({
    id,
    name,
    performers,
    aliases,
    venueId: `venue-${i * 2}-0`,
  }));
  return { venues, events: [...known, ...events.values()] };
}

/** A singer with a show, a band with a show, or a show with its performer beside it. */
function makeShow(random: SeededRandom): { name: string; performers: string[] } {
  const person = `${one(random, FIRST)} ${one(random, LAST)}`;
  const band = `The ${one(random, ADJECTIVES)} ${one(random, NOUNS)}`;
  const show = one(random, SHOWS);
  const kind = random.next();
  if (kind < 0.4) return { name: `${person}: ${one(random, ADJECTIVES)} ${one(random, NOUNS)}`, performers: [person] };
  if (kind < 0.75) return { name: `${band} – ${show}`, performers: [band] };
  return { name: `${one(random, ADJECTIVES)} ${one(random, NOUNS)} ${show}`, performers: [person, band] };
}

const aliasesOf = (city: string): string[] => {
  const others: Record<string, string[]> = {
    Mumbai: ['Bombay', 'मुंबई'],
    Delhi: ['दिल्ली'],
    Lucknow: ['लखनऊ'],
    München: ['Munich'],
    Köln: ['Cologne'],
    Wien: ['Vienna'],
  };
  return others[city] ?? [];
};

/** One of the list. */
export const one = <T>(random: SeededRandom, list: readonly T[]): T => random.pick(list.map((value) => [1, value]));
