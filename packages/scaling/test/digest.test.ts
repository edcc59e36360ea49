import { limits } from '@souk/wire'
import { describe, expect, it } from 'vitest'
import { Hosted } from './hosted.ts'

/** So many tasks are submitted in each of these buckets; they run elsewhere. */
function arrivals(peer: Hosted, counts: readonly number[], name = 'render'): void {
  for (const count of counts) {
    for (let i = 0; i < count; i++) peer.step({ type: 'arrived', class: name })
    peer.nextBucket()
  }
}

/** Repeats itself after twelve buckets. */
const wave = [0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 9, 0]

describe('what a peer tells the mesh of its demand', () => {
  it('is what was submitted to it, wherever that runs, and what it has of it', () => {
    const peer = new Hosted()
    peer.slots = 0
    peer.runMs = 2_000.4
    arrivals(peer, [...wave, ...wave])
    expect(peer.history('arrivals')?.slice(-12)).toEqual(wave)
    expect(peer.history('starts')?.slice(-12)).toEqual(new Array(12).fill(0))
    // No less than the mean of late, of which a burst counts as one; three buckets ahead the next nine come.
    arrivals(peer, wave.slice(0, 7))
    peer.waiting = new Map([['render', 4]])
    arrivals(peer, wave.slice(7, 8))
    expect(peer.demand.digest).toEqual({
      bucketMs: 10_000,
      classes: [
        { class: 'render', present: 4, runMs: 2_000, expected: [136, 9_000, 136, 136], enough: [136, 9_000, 136, 136] },
      ],
    })
    expect(peer.of('digest').at(-1)?.digest).toEqual(peer.demand.digest)
  })

  it('counts runs of its host as present, and of a class of which nobody knows how long it takes says so', () => {
    const peer = new Hosted()
    peer.buckets([2, 2])
    const work = { memoryBytes: 0, inputBytes: 0, work: undefined }
    for (const task of ['a', 'b']) peer.step({ type: 'started', task, class: 'render', ...work })
    peer.nextBucket()
    expect(peer.demand.digest?.classes).toEqual([{ class: 'render', present: 2, runMs: 0, expected: [], enough: [] }])
  })

  it('is bounded: those classes with most work, and of each nothing that no message may say', () => {
    const peer = new Hosted()
    peer.runMs = 1e300
    const names = Array.from({ length: 20 }, (_, i) => `class-${String(i).padStart(2, '0')}`)
    peer.waiting = new Map(names.map((name, i) => [name, i === 3 ? 1e300 : i]))
    for (let bucket = 0; bucket < 3; bucket++) {
      for (const name of names) peer.step({ type: 'arrived', class: name })
      while (peer.demand.nextWakeup()! < (bucket + 1) * 10_000 + 5_000) peer.nextBucket()
    }
    const { classes } = peer.demand.digest!
    expect(classes).toHaveLength(limits.digestClassesMax)
    expect(classes[0]).toMatchObject({ class: 'class-03', present: 2 ** 32, runMs: 2 ** 40 })
    expect(classes.slice(1).map((each) => each.class)).toEqual(names.slice(-7).reverse())
  })

  it('is empty where nothing is there and nothing is expected', () => {
    const peer = new Hosted()
    arrivals(peer, [1, 1, ...new Array(30).fill(0)])
    expect(peer.demand.digest).toEqual({ bucketMs: 10_000, classes: [] })
    expect(new Hosted().demand.digest).toBeUndefined()
  })
})
