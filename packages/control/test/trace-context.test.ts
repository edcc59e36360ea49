import { afterEach, expect, test } from 'vitest'
import { closeAll, request, serve } from './fixture.ts'

afterEach(closeAll)

test('a trace context comes with the task, or with the request for those without; what is none is ignored or refused', async () => {
  const server = await serve()
  const context = (last: string) => `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b${last}-01`
  const post = async (traceparent: string, tasks: object[]) => {
    const before = server.peer.inputs.length
    const { body } = await request(server, 'POST', '/v1/tasks', {
      headers: { traceparent },
      body: JSON.stringify({ tasks }),
    })
    const submits = server.peer.inputs.slice(before).flatMap((input) => (input.type === 'submit' ? input.tasks : []))
    return { codes: body.results.map(({ code }) => code), carried: submits.map(({ spec }) => spec.traceparent) }
  }
  const tasks = [{ argv: ['true'] }, { argv: ['true'], traceparent: context('8') }]
  expect((await post(context('7'), tasks)).carried).toEqual([context('7'), context('8')])
  expect((await post('nonsense', tasks)).carried).toEqual([undefined, context('8')])
  const refused = await post(context('7'), [{ argv: ['true'], traceparent: 'nonsense' }])
  expect(refused).toEqual({ codes: ['task-invalid'], carried: [] })
})
