/** Measures of the scene in scene units: CSS pixels at scale 1. */
export const card = { width: 200, height: 46 } as const;

/** Free space between a card and its children, wide enough for the links' bends and arrows. */
export const columnGap = 48;

/** Free space between cards above one another. */
export const rowGap = 12;

/** Free space for the line that leads past the first column to further columns of children. */
export const busHeight = 16;

/** How far the ground of a component reaches beyond its cards; above them it bears the component's name. */
export const groundMargin = 14;
export const nameMargin = 56;

/** Free space between components: their grounds, and something between these. As wide as between cards, so that all columns align. */
export const componentGap = { x: columnGap, y: nameMargin + groundMargin + 8 } as const;

export const columnPitch = card.width + columnGap;
export const rowPitch = card.height + rowGap;
