import * as vscode from 'vscode';
import { formatCount, formatCountOf } from '../model/format';
import type { InventoryIndex } from '../model/inventoryIndex';
import { recordRow } from '../model/recordRow';
import { rankRecords } from '../model/search';
import type { OpenCaches } from './openCaches';
import { withoutIcons } from './plainText';
import { recordIcon } from './recordIcon';
import type { SelectedRecord } from './selection';

/** Records that are offered at once; typing more narrows them down. */
const maximumItems = 200;

/** Milliseconds without typing before a search begins. */
const pause = 80;

interface RecordItem extends vscode.QuickPickItem {
  readonly record?: SelectedRecord;
}

interface Place {
  readonly cacheId: string;
  readonly label: string;
  readonly index: InventoryIndex;
}

/** Lets a person find a record in all open caches by id, title, description or digest. */
export async function findRecord(caches: OpenCaches): Promise<SelectedRecord | undefined> {
  const places = placesIn(caches);
  if (places.length === 0) {
    void vscode.window.showInformationMessage('No build cache has been read yet.');
    return undefined;
  }
  const pick = vscode.window.createQuickPick<RecordItem>();
  const where = places.length === 1 ? places[0].label : formatCountOf(places.length, 'build cache');
  pick.title = `Find a record in ${where}`;
  pick.placeholder = 'Part of a command, description, id or digest';
  pick.items = itemsFor(places, '');
  let timer: NodeJS.Timeout | undefined;
  pick.onDidChangeValue((text) => {
    clearTimeout(timer);
    timer = setTimeout(() => (pick.items = itemsFor(places, text)), pause);
  });
  try {
    return await new Promise((resolve) => {
      pick.onDidAccept(() => resolve(pick.selectedItems.at(0)?.record));
      pick.onDidHide(() => resolve(undefined));
      pick.show();
    });
  } finally {
    clearTimeout(timer);
    pick.dispose();
  }
}

function placesIn(caches: OpenCaches): Place[] {
  return caches.all().flatMap(({ id, label, loaded }) => {
    return loaded === undefined ? [] : [{ cacheId: id, label, index: loaded.index }];
  });
}

/** The likeliest records of each cache; the editor's own filter is passed by (`alwaysShow`). */
function itemsFor(places: readonly Place[], text: string): RecordItem[] {
  const share = Math.ceil(maximumItems / places.length);
  const all = places.flatMap((place) => {
    const found = rankRecords(place.index, text, share + 1);
    const items = found.slice(0, share).map((at) => itemOf(place, at));
    if (places.length > 1) items.unshift(separator(place.label));
    if (found.length > share)
      items.push(separator(`More than ${formatCount(share)}: type more to find others`));
    return items;
  });
  return all.some(({ record }) => record !== undefined) ? all : [nothingFound];
}

const nothingFound: RecordItem = { label: 'No record contains this text.', alwaysShow: true };

function itemOf({ cacheId, index }: Place, at: number): RecordItem {
  const record = index.inventory.records[at];
  const { title, subtitle, description, marks } = recordRow(index, at, Date.now());
  return {
    label: withoutIcons(title),
    description: [description, ...marks.map(({ sign }) => sign)].join(' '),
    detail: withoutIcons([record.id, subtitle].filter((part) => part !== '').join(' · ')),
    iconPath: recordIcon(record),
    alwaysShow: true,
    record: { cacheId, recordId: record.id },
  };
}

function separator(label: string): RecordItem {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}
