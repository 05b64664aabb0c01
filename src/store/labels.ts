/** Labels of a content, snapshot, lease or image. A value is never empty: storing `""` removes the label. */
export type Labels = Readonly<Record<string, string>>;

/** Labels to change one by one: a value sets, `""` or `null` removes. */
export type LabelChanges = Readonly<Record<string, string | null>>;
