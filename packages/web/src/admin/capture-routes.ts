// The screens of what is captured and kept: the line of each in its section of routes.ts.
import type { IconName } from '../ui/icons.ts';

const icon = (name: IconName): { icon: IconName } => ({ icon: name });

export const overviewScreens = [{ path: 'overview', title: 'admin.overview.title', ...icon('overview'), screen: () => import('./overview/OverviewScreen.vue') }];

export const captureScreens = [
  { path: 'gathers', title: 'admin.gather.title', ...icon('gather'), screen: () => import('./gather/GathersScreen.vue') },
  { path: 'gathers/:id', title: 'admin.gather.settings', parent: 'gathers', screen: () => import('./gather/GatherScreen.vue') },
  { path: 'enrolment-codes', title: 'admin.code.title', parent: 'gathers', screen: () => import('./gather/CodesScreen.vue') },
  { path: 'channels', title: 'admin.channel.title', ...icon('camera'), screen: () => import('./channel/ChannelsScreen.vue') },
  { path: 'channels/bin', title: 'admin.channel.bin', parent: 'channels', screen: () => import('./channel/ChannelBinScreen.vue') },
];

export const recordingScreens = [
  { path: 'recordings', title: 'admin.recording.title', ...icon('film'), screen: () => import('./recording/RecordingsScreen.vue') },
  { path: 'recordings/bin', title: 'admin.channel.bin', parent: 'recordings', screen: () => import('./recording/RecordingBinScreen.vue') },
];

export const systemScreens = [{ path: 'components', title: 'admin.component.title', ...icon('server'), screen: () => import('./component/ComponentsScreen.vue') }];
