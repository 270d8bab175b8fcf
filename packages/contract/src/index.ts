// Shapes, routes and relay messages that site, live, gather and web share.
import { accountRoutes } from './account.ts';
import { agentRoutes } from './agent.ts';
import { apiTokenRoutes } from './api-token.ts';
import { auditRoutes } from './audit.ts';
import { authRoutes } from './auth.ts';
import { channelRoutes } from './channel.ts';
import { frontRoutes } from './front.ts';
import { componentRoutes } from './component.ts';
import { inspectionRoutes } from './inspection.ts';
import { lessonRoutes } from './lesson.ts';
import { managedChannelRoutes } from './managed-channel.ts';
import { recordingRoutes } from './recording.ts';
import { peopleRoutes } from './people.ts';
import { managedGatherRoutes } from './managed-gather.ts';
import { schoolRoutes } from './school.ts';
import { teacherRoutes } from './teacher.ts';
import { storageRoutes } from './storage.ts';
import { signInRoutes, signInSettingsRoutes } from './sign-in.ts';
import { timetableRoutes } from './timetable.ts';
import { uploadRoutes } from './upload.ts';

export * from './account.ts';
export * from './agent.ts';
export * from './api-token.ts';
export * from './audit.ts';
export * from './auth.ts';
export * from './channel.ts';
export * from './completeness.ts';
export * from './component.ts';
export * from './events.ts';
export * from './fault-code.ts';
export * from './front.ts';
export * from './gather.ts';
export * from './inspection.ts';
export * from './lesson.ts';
export * from './list.ts';
export * from './managed-channel.ts';
export * from './people.ts';
export * from './managed-gather.ts';
export * from './problem-code.ts';
export * from './problem.ts';
export * from './recording.ts';
export * from './relay.ts';
export * from './resources.ts';
export * from './route.ts';
export * from './schedule.ts';
export * from './school.ts';
export * from './shape.ts';
export * from './storage.ts';
export * from './sign-in.ts';
export * from './teacher.ts';
export * from './timetable.ts';
export * from './upload.ts';
export * from './usage.ts';

const { reportLessons } = uploadRoutes;
const teachingRoutes = { ...timetableRoutes, ...lessonRoutes, reportLessons };

const { uploadState } = uploadRoutes;
const archiveRoutes = { ...recordingRoutes, ...frontRoutes, ...storageRoutes, uploadState };

/** Every HTTP operation of the site by name. */
export const routes = {
  ...componentRoutes,
  ...inspectionRoutes,
  ...authRoutes,
  ...schoolRoutes,
  ...teacherRoutes,
  ...channelRoutes,
  ...managedChannelRoutes,
  ...archiveRoutes,
  ...peopleRoutes,
  ...accountRoutes,
  ...signInRoutes,
  ...signInSettingsRoutes,
  ...apiTokenRoutes,
  ...auditRoutes,
  ...managedGatherRoutes,
  ...agentRoutes,
  ...teachingRoutes,
};
