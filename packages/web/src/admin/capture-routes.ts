// The screens of what is captured and kept: the line of each in its section of routes.ts.
import type { IconName } from '../ui/icons.ts';

const icon = (name: IconName): { icon: IconName } => ({ icon: name });

export const captureScreens = [
  { path: 'channels', title: 'admin.channel.title', ...icon('camera'), screen: () => import('./channel/ChannelsScreen.vue') },
  { path: 'channels/bin', title: 'admin.channel.bin', parent: 'channels', screen: () => import('./channel/ChannelBinScreen.vue') },
];
