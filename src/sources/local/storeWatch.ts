import type { OpenStore } from './localStores';
import type { Share } from './sharedByKey';

/** Follows one store, through whichever way it is open at the time. */
export class StoreWatch {
  private share: Share<OpenStore> | undefined;
  private stopListening: (() => void) | undefined;
  private stopped = false;
  private attaching: Promise<void>;
  private seen: OpenStore | undefined;

  /** @param open gives the store as it is open now, or a view of it */
  constructor(
    private readonly listener: () => void,
    private readonly open: () => Promise<Share<OpenStore>>,
  ) {
    this.attaching = this.attach();
  }

  /** To be called when the store may be open in another way than before. */
  attachAgain(): void {
    this.attaching = this.attaching.then(() => this.attach());
  }

  stop(): void {
    this.stopped = true;
    this.attaching = this.attaching.then(() => this.detach());
  }

  private async attach(): Promise<void> {
    if (this.stopped) return;
    try {
      const share = await this.open();
      const { value } = share;
      this.detach();
      this.share = share;
      this.stopListening = value.store.database.onChange(this.listener);
      if (this.seen !== undefined && this.seen !== value) this.listener();
      this.seen = value;
    } catch {
      // Why the store cannot be opened is told when it is read.
    }
  }

  private detach(): void {
    this.stopListening?.();
    this.stopListening = undefined;
    void this.share?.release().catch(() => undefined);
    this.share = undefined;
  }
}
