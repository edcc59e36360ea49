import type { Range } from './distributions.ts'
import { type FaultRates, noFaults } from './faults/fault-rates.ts'
import { gpuClasses, gpuHosts } from './gpu-world.ts'
import type { HostShape } from './hosts.ts'
import type { NetworkShape } from './network.ts'
import { calmNetwork, lossyNetwork, wideNetwork } from './network-shapes.ts'
import { briefWork, gib, mixedWork, swarmWork, troubledWork } from './work-shapes.ts'
import type { WorkloadShape } from './workload.ts'

/** Everything about a simulated mesh except its size and its seed; plain data. */
export interface Profile {
  name: string
  about: string
  network: NetworkShape
  faults: FaultRates
  workload: WorkloadShape
  hosts: HostShape
  /** one flush, in ms: log-normal */
  diskMsMedian: number
  diskSigma: number
  /** a clock gains or loses at most this share */
  clockDriftMax: number
  /** each seed draws its own from this profile: see swarm.ts */
  swarm: boolean
  /** how large a run is when nothing else is asked for; each seed draws from it */
  sizes?: { peers: Range; tasks: Range }
}

const base: Omit<Profile, 'name' | 'about'> = {
  network: calmNetwork,
  faults: noFaults,
  workload: mixedWork,
  hosts: { slots: [4, 8, 8, 16], cpuMilliPerSlot: 1000, memoryBytesPerSlot: 2 * gib },
  diskMsMedian: 0.4,
  diskSigma: 0.5,
  clockDriftMax: 1e-4,
  swarm: false,
}

/** Few slots, so that tasks wait, and tasks that outlive a lease. */
const smallHosts: HostShape = { slots: [2, 2, 4], cpuMilliPerSlot: 1000, memoryBytesPerSlot: 2 * gib }

/** A crash often falls between a write and its answer. */
const slowDisk = { diskMsMedian: 8, diskSigma: 1 }

const partitionRates: FaultRates = { ...noFaults, perMinute: { partition: 10 } }
const crashRates: FaultRates = { ...noFaults, perMinute: { crash: 2 } }

/** Every fault there is; those that take a disk only take a minority of them: see keep-majority.ts. */
const swarmRates: FaultRates = {
  ...noFaults,
  perMinute: {
    partition: 5,
    partial: 4,
    flapping: 2,
    swizzle: 1.5,
    'mass-rejoin': 0.7,
    crash: 2,
    freeze: 1,
    slow: 1,
    'disk-full': 0.5,
    'clock-jump': 0.5,
    'bit-flip': 0.5,
    rollback: 0.5,
    loss: 0.5,
    pressure: 1,
  },
  /** shorter than a lease, about as long, and much longer */
  freezesMs: [
    [100, 3000],
    [50, 6000],
    [1000, 30_000],
  ],
  killWrites: { kept: 1, lost: 1, either: 2, torn: 1 },
  members: { 'late-join': 0.2, leave: 0.2, liar: 0.15, drain: 0.3, removal: 0.1 },
}

/** The named worlds, from a quiet rack to everything at once. */
export const profiles: readonly Profile[] = [
  { ...base, name: 'calm', about: 'a quiet rack: 0.1 to 1 ms one way, nothing fails' },
  {
    ...base,
    name: 'burst',
    about: 'the quiet rack, all tasks at once at one peer',
    workload: { ...mixedWork, burst: true, batchMax: 256, submitterShare: 0 },
  },
  {
    ...base,
    name: 'gangs',
    about: 'the quiet rack, more work than slots, much of it in gangs that start together',
    workload: { ...mixedWork, load: 1.3, gangChance: 0.2, submitterShare: 1 },
    hosts: smallHosts,
  },
  {
    ...base,
    name: 'zones',
    about: 'peers die and come back, and some tasks must be apart by zone',
    workload: { ...mixedWork, zoneChance: 0.2, submitterShare: 1 },
    hosts: { ...smallHosts, zones: 3 },
    faults: crashRates,
  },
  {
    ...base,
    name: 'lossy',
    about: 'frames are lost, doubled and overtake each other',
    network: lossyNetwork,
    workload: troubledWork,
    hosts: smallHosts,
  },
  {
    ...base,
    name: 'partitions',
    about: 'the mesh is cut in two, one way or both, again and again',
    network: wideNetwork,
    workload: troubledWork,
    hosts: smallHosts,
    faults: partitionRates,
  },
  {
    ...base,
    name: 'crashes',
    about: 'peers die and come back, with what was on disk',
    network: wideNetwork,
    workload: troubledWork,
    hosts: smallHosts,
    faults: crashRates,
    ...slowDisk,
  },
  {
    ...base,
    name: 'drains',
    about: 'a peer empties itself, and runs go on elsewhere from their checkpoints, while peers die and links are cut',
    network: wideNetwork,
    workload: { ...troubledWork, checkpointChance: 0.7, spanMsMin: 10_000 },
    hosts: smallHosts,
    faults: { ...noFaults, perMinute: { crash: 1, partition: 2 }, members: { drain: 1 } },
  },
  {
    ...base,
    name: 'pressed',
    about: 'hosts run out of memory or disk again and again, while peers die and links are cut',
    network: wideNetwork,
    workload: { ...troubledWork, checkpointChance: 0.5, load: 0.9, spanMsMin: 20_000 },
    hosts: smallHosts,
    faults: { ...noFaults, perMinute: { pressure: 2, crash: 0.5, partition: 1 } },
  },
  {
    ...base,
    name: 'stragglers',
    about: 'tasks that may run twice are raced by second runs, while peers die, freeze and drain and links are cut',
    network: lossyNetwork,
    workload: { ...troubledWork, idempotentChance: 0.8, checkpointChance: 0.3, load: 0.5, spanMsMin: 15_000 },
    hosts: smallHosts,
    faults: { ...noFaults, perMinute: { crash: 2, partition: 3, freeze: 1 }, members: { drain: 0.5 } },
  },
  {
    ...base,
    name: 'brief',
    about: 'floods of tasks that take milliseconds, while peers die and freeze and links are cut',
    network: wideNetwork,
    workload: briefWork,
    hosts: smallHosts,
    faults: { ...noFaults, perMinute: { crash: 6, freeze: 20, slow: 6, partition: 6 }, members: { drain: 0.3 } },
  },
  {
    ...base,
    name: 'gpus',
    about: 'peers with devices of two kinds die and come back; a third of the tasks wants some of them',
    network: wideNetwork,
    workload: { ...troubledWork, classes: [...troubledWork.classes, ...gpuClasses] },
    hosts: gpuHosts,
    faults: crashRates,
    ...slowDisk,
  },
  {
    ...base,
    name: 'harsh',
    about: 'each seed draws from everything at once: loss, cuts, crashes, freezes, full disks, bad clocks',
    network: lossyNetwork,
    workload: troubledWork,
    hosts: smallHosts,
    faults: {
      ...noFaults,
      perMinute: { partition: 10, crash: 2, freeze: 1.5, 'disk-full': 0.5 },
    },
    ...slowDisk,
    clockDriftMax: 1e-3,
    swarm: true,
  },
  {
    ...base,
    name: 'swarm',
    about: 'each seed draws its own mesh, network, work and faults, of every kind there is',
    network: lossyNetwork,
    workload: swarmWork,
    hosts: smallHosts,
    faults: swarmRates,
    ...slowDisk,
    clockDriftMax: 1e-3,
    swarm: true,
    sizes: { peers: [3, 9], tasks: [40, 200] },
  },
]

export function profileOf(name: string): Profile | undefined {
  return profiles.find((profile) => profile.name === name)
}
