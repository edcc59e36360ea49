import type { TaskSummary } from '@souk/wire'

/** What an analysis looks at of each task. */
export type SeenTask = TaskSummary

/** It holds resources of its host now. */
export const isRunning = ({ state }: SeenTask): boolean => state === 'running' || state === 'ending'

/** It has not begun, wherever it is. */
export const isWaiting = (task: SeenTask): boolean => task.state !== 'closed' && !isRunning(task)
