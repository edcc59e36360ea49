import { limits } from '@souk/wire'
import { describe, expect, test } from 'vitest'
import { advertOf, certificateOf, Lone, Mesh, removalOf, update } from './mesh.ts'

const members = ({ roster }: Pick<Lone, 'roster'>) => roster.members().map(({ peer }) => peer)

describe('a peer that was removed', () => {
  test('is no member any more; everybody is told, it too, before its link is closed', () => {
    const lone = new Lone('m')
    for (const peer of ['a', 'b', 'c']) lone.connect(peer)
    lone.effects()
    lone.step({ type: 'remove', removal: removalOf('b') })
    expect(members(lone)).toEqual(['a', 'c', 'm'])
    expect(lone.roster.removed.peers).toEqual(['b'])
    expect([lone.roster.get('b'), lone.roster.linked('b')]).toEqual([undefined, false])
    const message = { t: 'removed', removals: [removalOf('b')] }
    expect(lone.effects()).toEqual([
      ...['a', 'b', 'c'].map((to) => ({ type: 'send', to, message })),
      { type: 'memberChanged', peer: 'b', state: 'left', incarnation: 1 },
      { type: 'removed', removal: removalOf('b') },
    ])
    // Said twice it is no news.
    lone.hear('a', { t: 'removed', removals: [removalOf('b')] })
    expect(lone.effects()).toEqual([])
  })

  test('is not heard, and does not come back by a link, an advert, a rumour or a new certificate', () => {
    const lone = new Lone('m')
    lone.connect('a')
    lone.connect('b')
    lone.hear('a', { t: 'removed', removals: [removalOf('b'), removalOf('x')] })
    const { version } = lone.roster
    lone.rumour('b', update('a', 'dead', 1))
    for (const peer of ['b', 'x']) {
      const renewed = certificateOf(peer, { issuedWallMs: 2e12 })
      lone.connect(peer, 2, renewed)
      lone.gossip(advertOf(peer, 2, 9, { certificate: renewed }))
      lone.rumour('a', update(peer, 'alive', 3))
    }
    lone.step({ type: 'wall', wallMs: 0 })
    expect(members(lone)).toEqual(['a', 'm'])
    expect(lone.roster.version).toBe(version)
  })

  test('is one more of a list that is made only then, so that what was sent of it stays as it was', () => {
    const lone = new Lone('m')
    lone.step({ type: 'remove', removal: removalOf('b') })
    const { peers } = lone.roster.removed
    expect(lone.roster.removed.peers).toBe(peers)
    lone.step({ type: 'remove', removal: removalOf('c') })
    expect([peers, lone.roster.removed.peers]).toEqual([['b'], ['b', 'c']])
  })

  test('stays removed over a restart, whatever else is remembered of it', () => {
    const known = [{ certificate: certificateOf('b'), incarnation: 4 }]
    const lone = new Lone('m', {}, { incarnation: 2, known, removed: [removalOf('b')] })
    expect(members(lone)).toEqual(['m'])
    expect(lone.effects()).toContainEqual({ type: 'removed', removal: removalOf('b') })
  })

  test('hears so itself, and leaves it to its host what comes of it', () => {
    const lone = new Lone('m')
    lone.connect('a')
    lone.effects()
    lone.hear('a', { t: 'removed', removals: [removalOf('m')] })
    expect(lone.effects()).toEqual([{ type: 'removed', removal: removalOf('m') }])
  })

  test('is heard of by those who were away, from whomever they meet, and by who joins later', () => {
    const mesh = new Mesh('removal')
    mesh.lossOfGossip = 1
    mesh.startMany(5)
    mesh.run(2000)
    mesh.kill('p03')
    mesh.kill('p04')
    mesh.tell('p00', { type: 'remove', removal: removalOf('p03') })
    mesh.run(100)
    mesh.kill('p00')
    mesh.start('p04', 2, ['p01'])
    mesh.start('new', 1, ['p04'])
    mesh.run(60_000)
    for (const peer of ['p01', 'p02', 'p04', 'new']) {
      expect([peer, mesh.roster(peer).removed.peers, mesh.roster(peer).get('p03')]).toEqual([peer, ['p03'], undefined])
    }
  })

  test('is told in parts where there are many; one more than a mesh may remove stays', () => {
    const lone = new Lone('m')
    lone.connect('a')
    lone.effects()
    const all = Array.from({ length: limits.removalsMax }, (_, i) => removalOf(`p${i}`))
    for (const removal of all) lone.step({ type: 'remove', removal })
    lone.effects()
    lone.step({ type: 'remove', removal: removalOf('a') })
    expect([lone.effects(), members(lone)]).toEqual([[], ['a', 'm']])
    lone.hear('a', { t: 'sync', have: [], reply: false, removed: ['p0'] })
    const told = lone.effects().flatMap((each) => {
      return each.type === 'send' && each.message.t === 'removed' ? [each.message.removals] : []
    })
    expect(told.flat()).toEqual(all.slice(1))
    expect(Math.max(...told.map(({ length }) => length))).toBe(limits.removalsPerMessageMax)
  })
})
