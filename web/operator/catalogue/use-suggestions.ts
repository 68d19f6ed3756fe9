import { OPERATOR_API, useFollowed } from '../use-operator.ts';
import type { Setting } from '../setting-values.ts';

type Named = { id?: string; room?: string; name?: string; city?: string };

/** Who has just added a venue wants to name it. */
const EVERY_MS = 5000;
const LISTS = { venueId: 'venues', room: 'rooms', seatMapId: 'seat-maps' } as const;

/**
 * The settings with what may be typed into those that name a venue, a room or a seat map: the first page of each list. What is not among
 * them is taken as well.
 */
export function useSuggested(
  settings: readonly Setting[],
  names: readonly (keyof typeof LISTS)[],
  token: string,
  onRefused: () => void,
): readonly Setting[] {
  const lists = names.map((name) => {
    // oxlint-disable-next-line react/rules-of-hooks -- A form's names are the same for each of its renders.
    const { data } = useFollowed<{ items: Named[] }>(`${OPERATOR_API}/${LISTS[name]}`, token, EVERY_MS, onRefused);
    return [name, data?.items.map(optionOf) ?? []] as const;
  });
  return settings.map((setting) => {
    const options = lists.find(([name]) => name === setting.name)?.[1];
    return options === undefined ? setting : { ...setting, options };
  });
}

function optionOf({ id, room, name, city }: Named): { value: string; label: string } {
  const value = id ?? room ?? '';
  return { value, label: [name ?? value, city].filter((text) => text !== undefined).join(', ') };
}
