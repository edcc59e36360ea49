import { Prng } from '@souk/kernel'
import { between, type Range } from './distributions.ts'
import { meshFaultKinds, nodeFaultKinds } from './faults/fault.ts'
import type { FaultRates } from './faults/fault-rates.ts'
import type { NetworkShape } from './network.ts'
import type { Profile } from './profiles.ts'
import type { WorkloadShape } from './workload.ts'

/**
 * What one seed makes of a profile that swarms: which faults are on and how strongly, what the network is like,
 * who submits and how. A run in which everything always happens at once hides what only some of it would show.
 */
export function drawSwarm(profile: Profile, prng: Prng): Profile {
  if (!profile.swarm) return profile
  const zones = (profile.workload.zoneChance ?? 0) > 0 ? prng.fork('zones').pick([2, 3, 0, 0, 0, 0]) : 0
  const workload = drawWork(profile.workload, prng.fork('workload'))
  return {
    ...profile,
    network: drawNetwork(profile.network, prng.fork('network')),
    faults: drawRates(profile.faults, prng.fork('faults')),
    workload: zones === 0 ? { ...workload, zoneChance: 0 } : workload,
    hosts: zones === 0 ? profile.hosts : { ...profile.hosts, zones },
    diskMsMedian: profile.diskMsMedian * between(prng.fork('disk'), [0.05, 2]),
  }
}

/** How large the run of a seed is where nothing else was asked for. */
export function drawSizes({ sizes }: Profile, seed: number): { peers: number; tasks: number } {
  if (sizes === undefined) return { peers: 5, tasks: 200 }
  const prng = new Prng(seed, 'sizes')
  const whole = ([low, high]: Range) => low + prng.below(high - low + 1)
  return { peers: whole(sizes.peers), tasks: whole(sizes.tasks) }
}

function drawNetwork(shape: NetworkShape, prng: Prng): NetworkShape {
  return {
    ...shape,
    reliable: prng.chance(0.5),
    latencyMsMedian: between(prng, [0.2, 10]),
    latencySigma: between(prng, [0.2, 1]),
    spikeChance: prng.chance(0.5) ? shape.spikeChance : 0,
    lossChance: prng.chance(0.7) ? shape.lossChance * between(prng, [0.2, 3]) : 0,
    duplicateChance: prng.chance(0.5) ? shape.duplicateChance * between(prng, [0.2, 5]) : 0,
    reorderChance: prng.chance(0.5) ? shape.reorderChance * between(prng, [0.2, 3]) : 0,
    gossipLossChance: prng.chance(0.5) ? shape.gossipLossChance * between(prng, [0.2, 5]) : 0,
  }
}

function drawRates(rates: FaultRates, prng: Prng): FaultRates {
  const strength = () => (prng.chance(0.7) ? between(prng, [0.2, 2]) : 0)
  const perMinute = { ...rates.perMinute }
  for (const kind of [...meshFaultKinds, ...nodeFaultKinds]) {
    const rate = perMinute[kind]
    if (rate !== undefined) perMinute[kind] = rate * strength()
  }
  if (perMinute.pressure !== undefined) perMinute.pressure *= prng.fork('pressure').pick([0, 0, 0.5, 2])
  const freeze = rates.freezesMs.length === 0 ? rates.lastsMs.freeze : prng.fork('freeze').pick(rates.freezesMs)
  return { ...rates, perMinute, lastsMs: { ...rates.lastsMs, freeze } }
}

function drawWork(shape: WorkloadShape, prng: Prng): WorkloadShape {
  const promises = prng.fork('promises')
  const accounts = prng.fork('accounts')
  const some = (chance: number) => chance * promises.pick([0, 0, 1, 4])
  return {
    ...shape,
    burst: prng.chance(0.2),
    batchMax: prng.pick([1, 4, 16, 64]),
    load: between(prng, [0.4, 1.4]),
    spanMsMin: between(prng, [5000, shape.spanMsMin]),
    submitterShare: between(prng, [0, 1]),
    retries: prng.pick([0, 0, 1, 3]),
    cancelChance: prng.pick([0, shape.cancelChance, 5 * shape.cancelChance]),
    timeoutChance: prng.pick([0, shape.timeoutChance]),
    localChance: some(shape.localChance),
    noneChance: some(shape.noneChance),
    atMostOnceChance: some(shape.atMostOnceChance),
    expireChance: some(shape.expireChance),
    objectiveChance: prng.fork('objectives').pick([0.4, 0, 0]),
    resubmitChance: some(shape.resubmitChance),
    tenants: accounts.pick([1, shape.tenants, 2 * shape.tenants]),
    deadlineChance: shape.deadlineChance * accounts.pick([0, 1, 5]),
    afterChance: shape.afterChance * prng.fork('after').pick([0, 0, 1, 3]),
    checkpointChance: (shape.checkpointChance ?? 0) * prng.fork('checkpoints').pick([1, 3, 0, 0]),
    idempotentChance: (shape.idempotentChance ?? 0) * prng.fork('idempotent').pick([1, 2, 0, 0]),
    gangChance: shape.gangChance * prng.fork('gangs').pick([1, 4, 0, 0, 0]),
  }
}
