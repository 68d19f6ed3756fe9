/** A point in a canvas, in CSS pixels from its top left. */
export type Point = { x: number; y: number };

/** What pointers want of a map. */
export type MapGestures = {
  hover: (at: Point | null) => void;
  drag: (by: Point) => void;
  /** Two fingers, or a trackpad's pinch. */
  pinch: (factor: number, around: Point) => void;
  tap: (at: Point, pointerType: string) => void;
};

/** Movement below this is a tap, in CSS pixels. */
const TAP_SLOP = 8;
/** Wheel movement that zooms by a factor of e. */
const WHEEL_PER_E = 150;

/** Turns a canvas's pointer and wheel events into gestures; the returned function stops listening. */
export function listenToPointers(canvas: HTMLCanvasElement, gestures: MapGestures): () => void {
  const pointers = new Map<number, Point>();
  const listening = new AbortController();
  const { signal } = listening;
  let moved = 0;

  const pointOf = (event: MouseEvent): Point => {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const down = (event: PointerEvent): void => {
    if (pointers.size === 0) moved = 0;
    pointers.set(event.pointerId, pointOf(event));
    canvas.setPointerCapture(event.pointerId);
  };
  const move = (event: PointerEvent): void => {
    const before = pointers.get(event.pointerId);
    const now = pointOf(event);
    if (before === undefined) return gestures.hover(now);
    pointers.set(event.pointerId, now);
    moved += distance(now, before);
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (other !== undefined) gestures.pinch(distance(now, other) / Math.max(1, distance(before, other)), other);
    else if (moved > TAP_SLOP) gestures.drag({ x: now.x - before.x, y: now.y - before.y });
  };
  const up = (event: PointerEvent): void => {
    if (pointers.delete(event.pointerId) && moved <= TAP_SLOP) gestures.tap(pointOf(event), event.pointerType);
  };
  const wheel = (event: WheelEvent): void => {
    // A plain wheel scrolls the page; browsers report a trackpad's pinch as a wheel with ctrl.
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    gestures.pinch(Math.exp(-event.deltaY / WHEEL_PER_E), pointOf(event));
  };

  canvas.addEventListener('pointerdown', down, { signal });
  canvas.addEventListener('pointermove', move, { signal });
  canvas.addEventListener('pointerup', up, { signal });
  canvas.addEventListener('pointercancel', (event) => void pointers.delete(event.pointerId), { signal });
  canvas.addEventListener('pointerleave', () => gestures.hover(null), { signal });
  canvas.addEventListener('wheel', wheel, { signal, passive: false });
  return () => listening.abort();
}

const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);
