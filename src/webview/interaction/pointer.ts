/** What the pointer does, in CSS pixels from the upper left corner of the element. */
export interface PointerEvents {
  onMove(x: number, y: number): void;
  onLeave(): void;
  onClick(x: number, y: number): void;
  onDoubleClick(x: number, y: number): void;
}

/** Tells of moves (at most one for each frame) and clicks on an element. */
export function listenToPointer(target: HTMLElement, events: PointerEvents): void {
  let waiting: { x: number; y: number } | undefined;
  const place = (event: MouseEvent) => {
    const { left, top } = target.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  target.addEventListener('pointermove', (event) => {
    if (event.pointerType === 'touch') return;
    if (waiting === undefined) {
      requestAnimationFrame(() => {
        if (waiting !== undefined) events.onMove(waiting.x, waiting.y);
        waiting = undefined;
      });
    }
    waiting = place(event);
  });
  target.addEventListener('pointerleave', () => {
    waiting = undefined;
    events.onLeave();
  });
  target.addEventListener('click', (event) => {
    const { x, y } = place(event);
    events.onClick(x, y);
  });
  target.addEventListener('dblclick', (event) => {
    const { x, y } = place(event);
    events.onDoubleClick(x, y);
  });
}
