import { expect, test } from 'vitest'
import { nodeProblem } from '../src/node-version.ts'

test('a Node that is too old is told so, with what it is, what is needed and what to do', () => {
  for (const version of ['18.20.4', '20.20.2', '22.11.0']) {
    expect(nodeProblem(version)).toContain(`this is Node ${version}`)
    expect(nodeProblem(version)).toContain('22.12')
    expect(nodeProblem(version)).toContain('next:')
  }
})

test('a Node that is new enough is not bothered', () => {
  for (const version of ['22.12.0', '22.20.1', '24.0.0', '26.1.0-nightly']) expect(nodeProblem(version)).toBe('')
})
