import { render } from 'preact';
import { Shop } from './shop.tsx';

const content = document.querySelector('#content');
if (content !== null) {
  content.replaceChildren();
  render(<Shop />, content);
}
