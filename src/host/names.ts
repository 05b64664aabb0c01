/** Ids that the manifest and the code share. */

export const cachesViewId = 'buildCacheInspector.caches';
export const graphViewType = 'buildCacheInspector.graph';

/** Scheme of the read-only documents about records and caches. */
export const documentScheme = 'build-cache';

/** Id of the sample cache among the open caches; every other id is an absolute path. */
export const sampleCacheId = 'sample';
