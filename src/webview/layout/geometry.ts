/** Measures of the scene in scene units: CSS pixels at scale 1. */
export const card = { width: 216, height: 48 } as const;

/** Free space between a card and its children, wide enough for the links' bends and arrows. */
export const columnGap = 56;

/** Free space between cards above one another. */
export const rowGap = 14;

/** Free space for the line that leads past the first column to further columns of children. */
export const busHeight = 18;

/** Free space around a component; above it stands its name. */
export const componentGap = { x: 96, y: 60 } as const;

export const columnPitch = card.width + columnGap;
export const rowPitch = card.height + rowGap;
