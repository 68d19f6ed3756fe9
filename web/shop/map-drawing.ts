import type { ZoneView } from '../../contracts/catalogue.ts';
import type { Size, Viewport } from './map-viewport.ts';
import { stateOf, type LiveStates, type Seat, type SeatPlan } from './seat-states.ts';

/** Everything that decides how the map looks, besides where one looks. */
export type MapContent = {
  plan: SeatPlan;
  live: LiveStates | null;
  zones: readonly ZoneView[];
  selected: ReadonlySet<string>;
  /** Seats that were lost to others a moment ago. */
  taken: ReadonlySet<string>;
  seatRadius: number;
};

/** Seats of one look, as one path in map coordinates: panning fills paths again but builds none. */
export type SeatLayer = { path: Path2D; fill: string | null; stroke: string | null };

/** Colours of prices, cheapest first, light and dark; each keeps 3:1 or more against its ground. */
const PRICE_COLOURS = {
  light: ['#00707a', '#17663a', '#5a6b00', '#a15c00', '#b3261e', '#a3195b', '#7a3ab0', '#1747b5'],
  dark: ['#5cc9d3', '#7ed6a0', '#c3cf62', '#f0b060', '#ff9d94', '#f48fc0', '#c9a0f5', '#8fb1ff'],
};
/** From this radius on, in CSS pixels, seats show their names. */
const NAME_RADIUS = 10;

/** The colour of each zone: zones of one price share it. */
export function zoneColours(zones: readonly ZoneView[], isDark: boolean): Map<string, string> {
  const palette = isDark ? PRICE_COLOURS.dark : PRICE_COLOURS.light;
  const prices = [...new Set(zones.map((zone) => zone.priceMinor))].sort((a, b) => a - b);
  return new Map(zones.map((zone) => [zone.id, palette[prices.indexOf(zone.priceMinor) % palette.length] ?? '']));
}

/** Sorts all seats into layers, back to front: sold, held, free by colour, lost, selected. */
export function buildLayers(content: MapContent, isDark: boolean): SeatLayer[] {
  const colours = zoneColours(content.zones, isDark);
  const ink = isDark
    ? { sold: '#3a3d47', held: '#8b8f9c', lost: '#ff9d94', selected: '#ffffff' }
    : { sold: '#d3d0c9', held: '#85817a', lost: '#b3261e', selected: '#111111' };
  const layers = new Map<string, SeatLayer>();
  const layer = (key: string, fill: string | null, stroke: string | null): Path2D => {
    const known = layers.get(key);
    if (known !== undefined) return known.path;
    const path = new Path2D();
    layers.set(key, { path, fill, stroke });
    return path;
  };
  // Made first, so that they are drawn first.
  layer('sold', ink.sold, null);
  layer('held', null, ink.held);
  const late: [Seat, 'lost' | 'selected'][] = [];
  for (const seat of content.plan.seats) {
    const state = stateOf(content.live, seat);
    if (content.selected.has(seat.id)) late.push([seat, 'selected']);
    else if (content.taken.has(seat.id)) late.push([seat, 'lost']);
    else if (state === 0)
      dot(layer(`free ${seat.zoneId}`, colours.get(seat.zoneId) ?? ink.held, null), seat, content.seatRadius);
    else dot(layer(state === 1 ? 'held' : 'sold', null, null), seat, content.seatRadius * (state === 1 ? 0.85 : 0.7));
  }
  for (const [seat, look] of late) {
    if (look === 'lost') cross(layer('lost', null, ink.lost), seat, content.seatRadius);
    else dot(layer('selected', colours.get(seat.zoneId) ?? ink.held, ink.selected), seat, content.seatRadius * 1.2);
  }
  return [...layers.values()];
}

function dot(path: Path2D, { x, y }: Seat, radius: number): void {
  path.moveTo(x + radius, y);
  path.arc(x, y, radius, 0, 2 * Math.PI);
}

function cross(path: Path2D, { x, y }: Seat, radius: number): void {
  path.moveTo(x - radius, y - radius);
  path.lineTo(x + radius, y + radius);
  path.moveTo(x + radius, y - radius);
  path.lineTo(x - radius, y + radius);
}

/** Paints the layers, and seat names where seats are large enough. */
export function paint(
  context: CanvasRenderingContext2D,
  layers: readonly SeatLayer[],
  content: MapContent,
  view: Viewport,
  size: Size,
): void {
  const density = devicePixelRatio;
  context.setTransform(density, 0, 0, density, 0, 0);
  context.clearRect(0, 0, size.width, size.height);
  context.setTransform(view.scale * density, 0, 0, view.scale * density, view.x * density, view.y * density);
  context.lineWidth = Math.max(content.seatRadius * 0.35, 1 / view.scale);
  for (const { path, fill, stroke } of layers) {
    if (fill !== null) {
      context.fillStyle = fill;
      context.fill(path);
    }
    if (stroke !== null) {
      context.strokeStyle = stroke;
      context.stroke(path);
    }
  }
  if (content.seatRadius * view.scale >= NAME_RADIUS) paintNames(context, content, view, size);
}

function paintNames(context: CanvasRenderingContext2D, content: MapContent, view: Viewport, size: Size): void {
  const isDark = matchMedia('(prefers-color-scheme: dark)').matches;
  context.fillStyle = isDark ? '#0c0d12' : '#ffffff';
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  for (const seat of content.plan.seats) {
    const [x, y] = [seat.x * view.scale + view.x, seat.y * view.scale + view.y];
    if (x < 0 || y < 0 || x > size.width || y > size.height || stateOf(content.live, seat) !== 0) continue;
    // "12 LB" is a number and a berth; the number is what fits.
    const [number = ''] = seat.name.split(' ');
    context.font = `600 ${content.seatRadius * (number.length > 2 ? 0.75 : 0.95)}px system-ui, sans-serif`;
    context.fillText(number, seat.x, seat.y);
  }
}
