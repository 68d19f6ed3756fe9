import { buildLayers, paint, type MapContent, type SeatLayer } from './map-drawing.ts';
import { boxOf, fit, seatAt, zoomAt, type Box, type Size, type Viewport } from './map-viewport.ts';
import type { Seat } from './seat-states.ts';

/** A canvas that shows seats and is moved by pointers; framework-free, so that frames cost no rendering of components. */
export type MapView = {
  show(content: MapContent): void;
  lookAt(box: Box): void;
  zoom(factor: number): void;
  stop(): void;
};

export type MapListener = { pick: (seat: Seat) => void; point: (seat: Seat | null) => void };

/** Movement below this is a tap, in CSS pixels. */
const TAP_SLOP = 8;
/** Seats drawn smaller than this are zoomed to before they can be picked, in CSS pixels: fingers and mice. */
const PICKABLE_RADIUS = { touch: 9, mouse: 4 };

/** Starts to draw into a canvas and to listen to its pointers; `stop` ends both. */
export function createMapView(
  canvas: HTMLCanvasElement,
  seats: readonly Seat[],
  seatRadius: number,
  listener: MapListener,
): MapView {
  const context = canvas.getContext('2d');
  const whole = boxOf(seats);
  const pointers = new Map<number, { x: number; y: number }>();
  let size: Size = { width: 1, height: 1 };
  let target = whole;
  let view: Viewport = { scale: 1, x: 0, y: 0 };
  let content: MapContent | undefined;
  let layers: SeatLayer[] = [];
  let frame = 0;
  let moved = 0;
  const scheme = matchMedia('(prefers-color-scheme: dark)');

  const draw = (): void => {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      if (context !== null && content !== undefined) paint(context, layers, content, view, size);
    });
  };
  const minScale = (): number => fit(whole, size, seatRadius).scale * 0.9;
  const setView = (next: Viewport): void => {
    view = next;
    // The whole map lets the page scroll under a finger; a magnified one is moved by it.
    canvas.style.touchAction = view.scale > minScale() * 1.2 ? 'none' : 'pan-y';
    draw();
  };
  const build = (): void => {
    if (content !== undefined) layers = buildLayers(content, scheme.matches);
    draw();
  };
  const at = (event: MouseEvent): { x: number; y: number } => {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  const onDown = (event: PointerEvent): void => {
    pointers.set(event.pointerId, at(event));
    if (pointers.size === 1) moved = 0;
    canvas.setPointerCapture(event.pointerId);
  };
  const onMove = (event: PointerEvent): void => {
    const before = pointers.get(event.pointerId);
    const now = at(event);
    if (before === undefined) {
      listener.point(seatAt(seats, view, now, seatRadius));
      return;
    }
    moved += Math.hypot(now.x - before.x, now.y - before.y);
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (other !== undefined) {
      const factor =
        Math.hypot(now.x - other.x, now.y - other.y) / Math.max(1, Math.hypot(before.x - other.x, before.y - other.y));
      setView(zoomAt(view, factor, other, minScale(), seatRadius));
    } else if (moved > TAP_SLOP) {
      setView({ ...view, x: view.x + now.x - before.x, y: view.y + now.y - before.y });
    }
    pointers.set(event.pointerId, now);
  };
  const onUp = (event: PointerEvent): void => {
    const wasDown = pointers.delete(event.pointerId);
    if (!wasDown || moved > TAP_SLOP || event.type === 'pointercancel') return;
    const point = at(event);
    const pickable = event.pointerType === 'mouse' ? PICKABLE_RADIUS.mouse : PICKABLE_RADIUS.touch;
    if (seatRadius * view.scale < pickable) {
      setView(zoomAt(view, 13 / (seatRadius * view.scale), point, minScale(), seatRadius));
      return;
    }
    const seat = seatAt(seats, view, point, seatRadius);
    listener.point(seat);
    if (seat !== null) listener.pick(seat);
  };
  const onWheel = (event: WheelEvent): void => {
    // A plain wheel scrolls the page; browsers report a trackpad's pinch as a wheel with ctrl.
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    setView(zoomAt(view, Math.exp(-event.deltaY / 150), at(event), minScale(), seatRadius));
  };
  const onLeave = (): void => listener.point(null);

  const resize = new ResizeObserver(() => {
    size = { width: canvas.clientWidth, height: canvas.clientHeight };
    canvas.width = size.width * devicePixelRatio;
    canvas.height = size.height * devicePixelRatio;
    setView(fit(target, size, seatRadius));
  });
  resize.observe(canvas);
  scheme.addEventListener('change', build);
  canvas.addEventListener('pointerdown', onDown);
  canvas.addEventListener('pointermove', onMove);
  canvas.addEventListener('pointerup', onUp);
  canvas.addEventListener('pointercancel', onUp);
  canvas.addEventListener('pointerleave', onLeave);
  canvas.addEventListener('wheel', onWheel, { passive: false });

  return {
    show(next) {
      content = next;
      build();
    },
    lookAt(box) {
      target = box;
      setView(fit(box, size, seatRadius));
    },
    zoom: (factor) => setView(zoomAt(view, factor, { x: size.width / 2, y: size.height / 2 }, minScale(), seatRadius)),
    stop() {
      cancelAnimationFrame(frame);
      resize.disconnect();
      scheme.removeEventListener('change', build);
      canvas.removeEventListener('pointerdown', onDown);
      canvas.removeEventListener('pointermove', onMove);
      canvas.removeEventListener('pointerup', onUp);
      canvas.removeEventListener('pointercancel', onUp);
      canvas.removeEventListener('pointerleave', onLeave);
      canvas.removeEventListener('wheel', onWheel);
    },
  };
}
