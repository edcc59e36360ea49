import type { ResourceRequest } from '@souk/kernel'
import { requestOf, type TaskSummary } from '@souk/wire'

/** What an analysis looks at of each task. */
export type SeenTask = TaskSummary

/** It holds resources of its host now. */
export const isRunning = ({ state }: SeenTask): boolean => state === 'running' || state === 'ending'

/** It has not begun, wherever it is. */
export const isWaiting = (task: SeenTask): boolean => task.state !== 'closed' && !isRunning(task)

/** It waits for other tasks to end, not for room. */
export const waitsForTasks = ({ state, code }: SeenTask): boolean => state === 'waiting' && code === 'after'

/** What its host gives it: the request itself where nobody says which alternative it is. */
export const givenTo = ({ needs, alternative }: SeenTask): ResourceRequest => requestOf(needs, alternative)
