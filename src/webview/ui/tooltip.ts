import { formatAge, formatCount } from '../../model/format';
import { typeWord } from '../../model/words';
import { recordKinds } from '../../protocol/graphColumns';
import { cardSubtitle, cardTitle, sizeText, type Scene } from '../render/scene';
import { flagWords } from '../selectionWords';
import { element } from './dom';

const distance = 14;

/** The whole of what a card shortens, beside the pointer. */
export class Tooltip {
  readonly element = element('div', { className: 'tooltip', role: 'tooltip', hidden: true });

  /** @param x point of the pointer within the element's container, in CSS pixels */
  show(scene: Scene, node: number, x: number, y: number): void {
    this.element.replaceChildren(
      element('strong', { textContent: cardTitle(scene, node) }),
      ...lines(scene, node).map((line) => element('div', { textContent: line })),
    );
    this.element.hidden = false;
    const { offsetWidth, offsetHeight, parentElement } = this.element;
    const { clientWidth = 0, clientHeight = 0 } = parentElement ?? {};
    const left = x + distance + offsetWidth > clientWidth ? x - distance - offsetWidth : x + distance;
    const top = y + distance + offsetHeight > clientHeight ? y - distance - offsetHeight : y + distance;
    this.element.style.left = `${Math.max(4, Math.min(left, clientWidth - offsetWidth - 4))}px`;
    this.element.style.top = `${Math.max(4, top)}px`;
  }

  hide(): void {
    this.element.hidden = true;
  }
}

function lines(scene: Scene, node: number): string[] {
  if (scene.recordCounts[node] > 1) {
    return [cardSubtitle(scene, node), 'Double-click to unfold the chain'];
  }
  const record = scene.shownRecords[node];
  const { columns } = scene.graph;
  const used = columns.lastUsedAt[record];
  const uses = columns.usageCounts[record];
  return [
    scene.graph.subtitle(record),
    [
      recordKinds[columns.kinds[record]],
      typeWord(scene.graph.typeName(record)),
      `size ${sizeText(scene.sizes[node], 0)}`,
    ].join(' · '),
    Number.isNaN(used) && uses === 0
      ? 'never used'
      : `used ${formatAge(Number.isNaN(used) ? undefined : used, Date.now())} · ×${formatCount(uses)}`,
    flagWords(scene.flags[node]).join(' · '),
  ].filter((line) => line !== '');
}
