import { useEffect, useState } from 'preact/hooks';

const QUERY = '(prefers-color-scheme: dark)';

/** Whether the visitor's scheme is dark; follows its changes. Canvas colours can't come from the style sheet. */
export function useDarkScheme(): boolean {
  const [isDark, setDark] = useState(() => matchMedia(QUERY).matches);
  useEffect(() => {
    const scheme = matchMedia(QUERY);
    const look = () => setDark(scheme.matches);
    scheme.addEventListener('change', look);
    return () => scheme.removeEventListener('change', look);
  }, []);
  return isDark;
}
