/** A record, lease, blob or snapshot named in the details, as a link where it can be followed. */
export interface DetailLink {
  /** Text of the link. */
  readonly text: string;
  /** Second, dimmed text: role, size, labels ... */
  readonly note?: string;
  /** The whole text, where `text` is shortened; also what copying gives. */
  readonly full?: string;
  /** Record to go to; absent where the target is not in this cache or is not a record. */
  readonly recordId?: string;
  /** The thing named is not there (a parent that is gone, a blob that is absent). */
  readonly missing?: boolean;
}

/** One line of the two-column facts. */
export interface Fact {
  readonly label: string;
  /** Shown value; an en dash when unknown. */
  readonly value: string;
  /** Exact form, or the reason why it is unknown; shown on hover. */
  readonly hover?: string;
  /** Whole text to copy, when copying makes sense. */
  readonly copy?: string;
}

/** A titled list, cut to a readable length; `total` is how many there are. */
export interface DetailList {
  readonly title: string;
  readonly items: readonly DetailLink[];
  readonly total: number;
}

/** How much of a description the details hold. */
export const maximumDescription = 10_000;

/** Everything about one record, in the words and the order that a person reads. */
export interface RecordDetails {
  readonly recordId: string;
  readonly title: string;
  readonly subtitle: string;
  /** The description as BuildKit wrote it, at most `maximumDescription` characters of it. */
  readonly description: string;
  readonly descriptionCut: boolean;
  /** One line: kind, type, mutable, shared, lazy ... and a sentence where the daemon would drop it at its next start. */
  readonly state: string;
  readonly facts: readonly Fact[];
  readonly lists: readonly DetailList[];
}
