import { expect, test } from 'vitest'
import { idOf } from './fixtures.ts'
import { Mesh } from './mesh.ts'

test('what waited for another and finds no room where it was sent never goes back to whoever had it', () => {
  const hosts = Array.from({ length: 16 }, (_, i) => `p${String(i).padStart(2, '0')}`)
  const mesh = new Mesh(Object.fromEntries(hosts.map((name, i) => [name, i < 6 ? 2 : 0])))
  mesh.submit('p00', 'first', { ms: 100 })
  const names = Array.from({ length: 200 }, (_, i) => `n${i}x`)
  for (const [i, name] of names.entries())
    mesh.submit(hosts[i % hosts.length]!, name, {
      ms: 20 + 3 * (i % 5),
      after: [{ task: idOf('first'), on: 'succeeded' }],
    })
  mesh.run(10_000)
  const sent = hosts.flatMap((host) => mesh.node(host).sent)
  const moved = sent.flatMap(({ to, message }) => {
    return message.t === 'award' ? message.batons.flatMap(({ moves, path }) => (moves > 0 ? [{ to, path }] : [])) : []
  })
  expect(moved.length).toBeGreaterThan(0)
  for (const { to, path } of moved) expect(path).not.toContain(to)
  const ended = hosts.flatMap((host) => mesh.replies(host, 'outcome'))
  expect(ended.filter(({ outcome }) => outcome.kind === 'succeeded')).toHaveLength(names.length + 1)
})
