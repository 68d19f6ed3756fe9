import { render } from 'preact';
import { Console } from './console.tsx';

const content = document.querySelector('#content');
if (content !== null) {
  content.replaceChildren();
  render(<Console />, content);
}
