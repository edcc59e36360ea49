import { Prng } from '@souk/kernel'
import { expect, it } from 'vitest'
import { Disk } from '../src/disk.ts'

it('answers with a watermark over everything that went in one flush', () => {
  const disk = new Disk()
  disk.persist(1, [{ key: 'a', value: 1 }])
  disk.persist(2, [{ key: 'b', value: 2 }])
  expect(disk.begin()).toBe(true)
  disk.persist(3, [{ key: 'c', value: 3 }])
  expect(disk.begin()).toBe(false)
  expect(disk.finish()).toEqual({ type: 'persisted', upToSeq: 2 })
  expect(disk.entries().map(({ key }) => key)).toEqual(['a', 'b'])
  expect(disk.begin()).toBe(true)
})

it('loses at a crash what was not yet being flushed', () => {
  const disk = new Disk()
  disk.persist(1, [{ key: 'kept', value: 1 }])
  disk.begin()
  disk.finish()
  disk.persist(2, [{ key: 'lost', value: 2 }])
  disk.crash(new Prng(1), 'lost')
  expect(disk.entries()).toEqual([{ key: 'kept', value: 1 }])
  expect(disk.begin()).toBe(false)
})

it('keeps a flush that a crash interrupts as a whole or not at all, either at times', () => {
  const seen = new Set<string>()
  for (let seed = 0; seed < 40; seed++) {
    const disk = new Disk()
    disk.persist(1, [
      { key: 'a', value: 1 },
      { key: 'b', value: 1 },
    ])
    disk.begin()
    disk.crash(new Prng(seed), 'either')
    seen.add(
      disk
        .entries()
        .map(({ key }) => key)
        .join(),
    )
  }
  expect([...seen].sort()).toEqual(['', 'a,b'])
})

it('writes nothing while it is full, and says which writes failed', () => {
  const disk = new Disk()
  disk.full = true
  disk.persist(4, [{ key: 'a', value: 1 }])
  disk.persist(5, [{ key: 'b', value: 1 }])
  disk.begin()
  expect(disk.finish()).toMatchObject({ type: 'persistFailed', fromSeq: 4, upToSeq: 5, code: 'disk-full' })
  expect(disk.entries()).toEqual([])
})

it('shares no object with whoever writes or reads', () => {
  const disk = new Disk()
  const value = { list: [1], bytes: new Uint8Array([1]) }
  disk.persist(1, [{ key: 'a', value }])
  value.list.push(2)
  value.bytes[0] = 9
  disk.begin()
  disk.finish()
  const read = disk.entries()[0]!.value as typeof value
  expect(read).toEqual({ list: [1], bytes: new Uint8Array([1]) })
  read.list.push(3)
  expect(disk.entries()[0]!.value).toEqual({ list: [1], bytes: new Uint8Array([1]) })
})

it('keeps everything it was given where the kill leaves the writes alone, and nothing where it takes them', () => {
  for (const [writes, left] of [
    ['kept', ['a', 'b']],
    ['lost', []],
  ] as const) {
    const disk = new Disk()
    disk.persist(1, [{ key: 'a', value: 1 }])
    disk.begin()
    disk.persist(2, [{ key: 'b', value: 1 }])
    disk.crash(new Prng(1), writes)
    expect(disk.entries().map(({ key }) => key)).toEqual(left)
    expect(disk.damaged).toBe(false)
  }
})

it('is damaged by a flush that a kill tears, and by a flipped bit', () => {
  const torn = new Disk()
  torn.crash(new Prng(1), 'torn')
  expect(torn.damaged).toBe(false)
  torn.persist(1, [{ key: 'a', value: 1 }])
  torn.begin()
  torn.crash(new Prng(1), 'torn')
  expect(torn.damaged).toBe(true)

  const flipped = new Disk()
  flipped.damage()
  expect(flipped.damaged).toBe(false)
  flipped.persist(1, [{ key: 'a', value: 1 }])
  flipped.begin()
  flipped.finish()
  flipped.damage()
  expect(flipped.damaged).toBe(true)
})

it('goes back to what it was, its incarnation included', () => {
  const disk = new Disk()
  const write = (key: string) => {
    disk.persist(1, [{ key, value: 1 }])
    disk.begin()
    disk.finish()
  }
  write('old')
  disk.incarnation = 3
  const image = disk.image()
  write('new')
  disk.incarnation = 4
  disk.restore(image)
  expect(disk.entries().map(({ key }) => key)).toEqual(['old'])
  expect(disk.incarnation).toBe(3)
})
