import { formatAge, formatCount, formatExactTime } from '../model/format';
import type { Fact } from '../model/details';
import { typeWord } from '../model/words';
import type { CacheName } from '../protocol/messages';
import type { Graph } from './graph';
import { RequestError, type HostChannel } from './hostChannel';
import { sizeText } from './render/scene';
import type { DetailsPanel } from './ui/detailsPanel';

/** An answer within this time needs no "reading" before it, in milliseconds. */
const patience = 150;

const hint = 'Select a record to see its facts. Arrow keys walk from parent to child; press ? for all keys.';

/** Fills the details panel for what is selected; answers for what was selected before are dropped. */
export class DetailsControl {
  readonly #channel: HostChannel;
  readonly #panel: DetailsPanel;
  #question = 0;

  constructor(channel: HostChannel, panel: DetailsPanel) {
    this.#channel = channel;
    this.#panel = panel;
  }

  async showRecord(recordId: string): Promise<void> {
    const question = ++this.#question;
    const isWanted = () => question === this.#question;
    const timer = setTimeout(() => {
      if (isWanted()) this.#panel.showLoading();
    }, patience);
    try {
      const details = await this.#channel.request('details', { recordId });
      if (isWanted()) this.#panel.show(details);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      if (isWanted()) this.#panel.showProblem(error.message);
    } finally {
      clearTimeout(timer);
    }
  }

  showCache(cache: CacheName, graph: Graph, takenAt: number): void {
    this.#question++;
    this.#panel.showSummary(cache.label, cache.location, summary(graph, takenAt), hint);
  }
}

function summary({ columns }: Graph, takenAt: number): Fact[] {
  const total = sum(columns.sizes);
  const facts: Fact[] = [
    { label: 'Records', value: formatCount(columns.count) },
    { label: 'Size', value: sizeText(total.known, total.unknown), hover: unknownHover(total.unknown) },
    { label: 'Read', value: formatAge(takenAt, Date.now()), hover: formatExactTime(takenAt) },
  ];
  columns.typeNames.forEach((name, type) => {
    const sizes = columns.sizes.filter((_, record) => columns.types[record] === type);
    const { known, unknown } = sum(sizes);
    facts.push({
      label: typeWord(name),
      value: `${formatCount(sizes.length)} · ${sizeText(known, unknown)}`,
      hover: unknownHover(unknown),
    });
  });
  return facts;
}

function sum(sizes: Float64Array): { known: number; unknown: number } {
  let known = 0;
  let unknown = 0;
  for (const size of sizes) {
    if (Number.isNaN(size)) unknown++;
    else known += size;
  }
  return { known: unknown === sizes.length ? Number.NaN : known, unknown };
}

function unknownHover(unknown: number): string | undefined {
  return unknown === 0
    ? undefined
    : `The size of ${formatCount(unknown)} is not known; the sum leaves them out.`;
}
