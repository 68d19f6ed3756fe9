import { useEffect, useState } from 'preact/hooks';
import type { Suggestion, Suggestions } from '../../contracts/search.ts';
import { callApi } from '../shared/api-client.ts';

/** How long the keyboard rests before anything is asked, in ms: between the letters of somebody who types lie 100 to 200. */
const REST_MS = 180;

/**
 * What may be meant by a text, asked for when the typing rests. An answer that comes too late is dropped, and one that fails leaves the box
 * without suggestions: they are a help, not the search itself.
 */
export function useSuggestions(text: string, isWanted: boolean): readonly Suggestion[] {
  const [found, setFound] = useState<{ text: string; items: readonly Suggestion[] }>({ text: '', items: [] });
  const wanted = isWanted ? text.trim() : '';
  useEffect(() => {
    if (wanted === '') return undefined;
    const aborter = new AbortController();
    const timer = setTimeout(() => {
      const path = `/api/core/v1/events/suggestions?${new URLSearchParams({ q: wanted }).toString()}`;
      void callApi<Suggestions>(path, { signal: aborter.signal }).then((answer) => {
        if (!aborter.signal.aborted) setFound({ text: wanted, items: answer.ok ? answer.data.items : [] });
      });
    }, REST_MS);
    return () => {
      clearTimeout(timer);
      aborter.abort();
    };
  }, [wanted]);
  // Those of the letters before stay until the new ones come, so that the list does not flicker.
  return wanted === '' ? [] : found.items;
}
