import { buildLayers, paint, type MapContent, type SeatLayer } from './map-drawing.ts';
import { listenToPointers, type Point } from './map-pointers.ts';
import { boxOf, fitBox, seatAt, zoomAt, type Box, type Size, type Viewport } from './map-viewport.ts';
import type { Seat } from './seat-states.ts';

/** A canvas that shows seats and is moved by pointers; framework-free, so that frames cost no rendering of components. */
export type MapView = {
  show(content: MapContent): void;
  lookAt(box: Box): void;
  zoom(factor: number): void;
  stop(): void;
};

export type MapListener = { pick: (seat: Seat) => void; point: (seat: Seat | null) => void };

/** Seats drawn smaller than this are zoomed to before they can be picked, in CSS pixels: fingers and mice. */
const PICKABLE_RADIUS = { touch: 9, mouse: 4 };
/** The radius that such a zoom leads to, in CSS pixels. */
const COMFORTABLE_RADIUS = 13;

/** Starts to draw into a canvas and to listen to its pointers; `stop` ends both. */
// oxlint-disable-next-line max-lines-per-function -- one closure: all its parts share what it remembers
export function createMapView(
  canvas: HTMLCanvasElement,
  seats: readonly Seat[],
  seatRadius: number,
  listener: MapListener,
): MapView {
  const context = canvas.getContext('2d');
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  const whole = boxOf(seats);
  let size: Size = { width: 1, height: 1 };
  let target = whole;
  let view: Viewport = { scale: 1, x: 0, y: 0 };
  let content: MapContent | undefined;
  let layers: SeatLayer[] = [];
  let frame = 0;

  const draw = (): void => {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      if (context !== null && content !== undefined) paint(context, layers, content, view, size);
    });
  };
  const build = (): void => {
    if (content !== undefined) layers = buildLayers(content, scheme.matches);
    draw();
  };
  const minScale = (): number => fitBox(whole, size, seatRadius).scale * 0.9;
  const setView = (next: Viewport): void => {
    view = next;
    // The whole map lets the page scroll under a finger; a magnified one is moved by it.
    canvas.style.touchAction = view.scale > minScale() * 1.2 ? 'none' : 'pan-y';
    draw();
  };
  const zoomBy = (factor: number, around: Point): void => setView(zoomAt(view, factor, around, minScale(), seatRadius));

  const tap = (at: Point, pointerType: string): void => {
    const radius = seatRadius * view.scale;
    if (radius < (pointerType === 'mouse' ? PICKABLE_RADIUS.mouse : PICKABLE_RADIUS.touch)) {
      zoomBy(COMFORTABLE_RADIUS / radius, at);
      return;
    }
    const seat = seatAt(seats, view, at, seatRadius);
    listener.point(seat);
    if (seat !== null) listener.pick(seat);
  };
  const stopListening = listenToPointers(canvas, {
    hover: (at) => listener.point(at === null ? null : seatAt(seats, view, at, seatRadius)),
    drag: (by) => setView({ ...view, x: view.x + by.x, y: view.y + by.y }),
    pinch: zoomBy,
    tap,
  });
  const resize = new ResizeObserver(() => {
    size = { width: canvas.clientWidth, height: canvas.clientHeight };
    canvas.width = size.width * devicePixelRatio;
    canvas.height = size.height * devicePixelRatio;
    setView(fitBox(target, size, seatRadius));
  });
  resize.observe(canvas);
  scheme.addEventListener('change', build);

  return {
    show(next) {
      content = next;
      build();
    },
    lookAt(box) {
      target = box;
      setView(fitBox(box, size, seatRadius));
    },
    zoom: (factor) => zoomBy(factor, { x: size.width / 2, y: size.height / 2 }),
    stop() {
      cancelAnimationFrame(frame);
      resize.disconnect();
      stopListening();
      scheme.removeEventListener('change', build);
    },
  };
}
