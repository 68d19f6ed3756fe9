/** An inner link: an ordinary one for the browser (new tab, copy), a view change for a plain click. */
export const followLink = (event: MouseEvent, show: () => void): void => {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  show();
};
