/**
 * The first kombu that refuses the redis-py of Pod's requirements, and the first redis-py that it
 * accepts. pip takes both into a new environment without a word, since Pod pins redis-py and not kombu:
 * no worker starts, and no task can be queued (run on Pod 4.2.0: `VersionMismatch`, or
 * `ModuleNotFoundError: No module named 'packaging'`).
 */
export const REFUSING_KOMBU = { kombu: [5, 7], redis: [6, 1] } as const;

/** The requirement that keeps kombu below {@link REFUSING_KOMBU}. */
export const KOMBU_REQUIREMENT = `kombu<${REFUSING_KOMBU.kombu.join('.')}`;
