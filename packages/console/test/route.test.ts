import { hrefOf, parseRoute } from '@souk/console'
import { expect, test } from 'vitest'

test('an address shows the same view again, whatever its parts hold', () => {
  const { path, query } = parseRoute(hrefOf(['tasks', 'a/b ?'], { search: 'x & y', state: '' }))
  expect(path).toEqual(['tasks', 'a/b ?'])
  expect([...query]).toEqual([['search', 'x & y']])
  expect(parseRoute('').path).toEqual([])
})
