import type { Hold } from './cacheRecord';
import type { Core } from './core';
import { finalize } from './finalize';
import { type Layer, layerChain } from './layers';
import { cloneHold, createVirtual, mergeSeveral, unitedProviders } from './merge';
import type { CreateOptions } from './options';
import { releaseImmutable } from './release';

/**
 * What turns `lower` into `upper`, as a record. With a far ancestor as lower it is the merge of the single layers between the
 * two; no upper means that everything is deleted.
 * @param lower stays the caller's, as `upper` does
 */
export async function diffRecords(
  core: Core,
  lower: Hold,
  upper: Hold | undefined,
  options: CreateOptions,
): Promise<Hold> {
  const between = upper === undefined ? undefined : layersBetween(lower, upper);
  if (between !== undefined && upper !== undefined) {
    return mergeLayers(core, between, [lower, upper], options);
  }
  return createDiff(core, cloneHold(lower), upper && cloneHold(upper), [lower, upper], options);
}

/** The layers of `upper` above `lower`, where lower is an ancestor more than one layer below. */
function layersBetween(lower: Hold, upper: Hold): Layer[] | undefined {
  const below = layerChain(lower);
  const all = layerChain(upper);
  if (all.length <= below.length + 1) return undefined;
  if (below.some((layer, i) => layer.record !== all[i].record)) return undefined;
  return all.slice(below.length);
}

async function mergeLayers(
  core: Core,
  layers: readonly Layer[],
  sides: readonly Hold[],
  options: CreateOptions,
): Promise<Hold> {
  // The sides are held while the single diffs are made; each of these then holds what it needs.
  const held = sides.map(cloneHold);
  const inputs: Hold[] = [];
  try {
    for (const layer of layers) {
      const parent = layer.record.parents.layer;
      if (parent === undefined) {
        inputs.push(cloneHold(layer));
      } else {
        const description = `diff "${parent.record.id}" -> "${layer.record.id}"`;
        inputs.push(
          await createDiff(core, cloneHold(parent), cloneHold(layer), [layer], {
            description,
          }),
        );
      }
    }
  } catch (error) {
    core.write(() => [...inputs, ...held].forEach((hold) => releaseImmutable(core, hold)));
    throw error;
  }
  const mergeOptions = core.quirks.ancestorDiffDropsOptions ? {} : options;
  try {
    return await mergeSeveral(core, inputs, unitedProviders(sides), mergeOptions);
  } finally {
    core.write(() => held.forEach((hold) => releaseImmutable(core, hold)));
  }
}

async function createDiff(
  core: Core,
  lower: Hold,
  upper: Hold | undefined,
  providedBy: readonly (Pick<Hold, 'providers'> | undefined)[],
  options: CreateOptions,
): Promise<Hold> {
  const providers = unitedProviders(providedBy.filter((side) => side !== undefined));
  try {
    await finalize(core, lower.record);
    if (upper !== undefined) await finalize(core, upper.record);
    return core.write(() => createVirtual(core, { lower, upper }, providers, options));
  } catch (error) {
    core.write(() => {
      releaseImmutable(core, lower);
      if (upper !== undefined) releaseImmutable(core, upper);
    });
    throw error;
  }
}
