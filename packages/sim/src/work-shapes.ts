import type { WorkloadShape } from './workload.ts'

export const gib = 1024 ** 3

export const mixedWork: WorkloadShape = {
  classes: [
    {
      name: 'short',
      weight: 60,
      duration: { kind: 'exponential', meanMs: 200 },
      cpuMilli: 500,
      memoryBytes: gib / 4,
      slots: 1,
    },
    {
      name: 'varied',
      weight: 30,
      duration: { kind: 'hyperexponential', meanMs: 500, cv: 3 },
      cpuMilli: 1000,
      memoryBytes: gib,
      slots: 1,
    },
    {
      name: 'tailed',
      weight: 8,
      duration: { kind: 'heavy', minMs: 50, alpha: 1.2, maxMs: 20_000 },
      cpuMilli: 1000,
      memoryBytes: gib / 2,
      slots: 1,
    },
    {
      name: 'wide',
      weight: 2,
      duration: { kind: 'exponential', meanMs: 1000 },
      cpuMilli: 2000,
      memoryBytes: 2 * gib,
      slots: 2,
    },
  ],
  priorityWeights: [5, 15, 60, 20],
  load: 0.7,
  spanMsMin: 5000,
  burst: false,
  batchMax: 16,
  submitterShare: 0.2,
  failChance: 0,
  retries: 0,
  cancelChance: 0,
  timeoutChance: 0,
  anyPeer: false,
  localChance: 0,
  noneChance: 0,
  atMostOnceChance: 0,
  expireChance: 0,
  resubmitChance: 0,
  tenants: 1,
  deadlineChance: 0,
  afterChance: 0,
  gangChance: 0,
}

export const troubledWork: WorkloadShape = {
  ...mixedWork,
  classes: [
    ...mixedWork.classes,
    {
      name: 'long',
      weight: 10,
      duration: { kind: 'exponential', meanMs: 4000 },
      cpuMilli: 1000,
      memoryBytes: gib,
      slots: 1,
    },
  ],
  spanMsMin: 30_000,
  submitterShare: 0.6,
  failChance: 0.05,
  cancelChance: 0.05,
  timeoutChance: 0.05,
}

/** Clients that trust the mesh rather than one peer, and every promise that a task can ask for. */
export const swarmWork: WorkloadShape = {
  ...troubledWork,
  anyPeer: true,
  localChance: 0.05,
  noneChance: 0.05,
  atMostOnceChance: 0.1,
  expireChance: 0.05,
  resubmitChance: 0.1,
  tenants: 3,
  deadlineChance: 0.1,
  afterChance: 0.2,
  gangChance: 0.1,
  checkpointChance: 0.3,
  idempotentChance: 0.5,
  zoneChance: 0.1,
}

/** Runs shorter than the way to their host, which follow one another in its threads; in large submits, so that they wait. */
export const briefWork: WorkloadShape = {
  ...troubledWork,
  classes: [
    {
      name: 'tiny',
      weight: 50,
      duration: { kind: 'exponential', meanMs: 3 },
      cpuMilli: 1000,
      memoryBytes: gib,
      slots: 1,
    },
    {
      name: 'brief',
      weight: 50,
      duration: { kind: 'heavy', minMs: 10, alpha: 1.5, maxMs: 3000 },
      cpuMilli: 1000,
      memoryBytes: gib,
      slots: 1,
    },
  ],
  priorityWeights: [1, 4, 94, 1],
  spanMsMin: 4000,
  batchMax: 64,
  submitterShare: 0.4,
  tenants: 2,
}
