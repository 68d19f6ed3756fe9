import { render } from 'preact';
import { Scanner } from './scanner.tsx';

const content = document.querySelector('#content');
if (content !== null) {
  content.replaceChildren();
  render(<Scanner />, content);
}
