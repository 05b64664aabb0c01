import { LayoutClient, startWorkerFrom } from './layout/layoutClient';
import { HostChannel } from './hostChannel';
import { Page } from './pageController';
import { StateKeeper } from './stateKeeper';

const api = acquireVsCodeApi();
const channel = new HostChannel((message) => api.postMessage(message));
addEventListener('error', ({ message }) => channel.log('error', message));
addEventListener('unhandledrejection', ({ reason }) => channel.log('error', String(reason)));

const workerAddress = document.body.dataset.worker ?? '';
const client = new LayoutClient(() => startWorkerFrom(workerAddress));
const page = new Page(document.body, channel, client, new StateKeeper(api));
channel.onEvent((event) => page.receive(event));
addEventListener('message', ({ data }) => channel.receive(data));
channel.post({ type: 'ready' });
