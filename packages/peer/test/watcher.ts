import type { Message } from '@souk/wire'
import type { Reply, RunOrder } from '../src/index.ts'

/** Is told, as it happens, of all that can be seen of peers from outside. */
export interface Watcher {
  message(from: string, to: string, message: Message, arrives: boolean): void
  reply(at: string, reply: Reply): void
  run(at: string, order: RunOrder): void
  stop(at: string, task: string, code: string): void
  ran(at: string, task: string, end: string): void
}
