package dev.millrace.streams;

import dev.millrace.streams.internals.CommitBarrier;
import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.streams.processor.api.FixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;

/** Keeps records in flight, and gives up its work only when a commit waits for them. */
final class LateTask extends StuckTask implements CommitBarrier.InFlight {

  private static final String BARRIER = "barrier";

  /** Supplies the processors of an application. */
  record Supplier(Progress progress) implements FixedKeyProcessorSupplier<byte[], byte[], byte[]> {
    @Override
    public FixedKeyProcessor<byte[], byte[], byte[]> get() {
      return new LateTask(progress);
    }

    @Override
    public Set<StoreBuilder<?>> stores() {
      return Set.of(CommitBarrier.builder(BARRIER));
    }
  }

  private final Progress progress;
  private final TaskFailure failure = new TaskFailure();
  private final Set<String> inFlight = new HashSet<>();

  private LateTask(Progress progress) {
    super(progress);
    this.progress = progress;
  }

  @Override
  public void init(FixedKeyProcessorContext<byte[], byte[]> context) {
    context(context);
    failure.forget();
    context.<CommitBarrier>getStateStore(BARRIER).attach(this);
  }

  @Override
  void giveUp(int partition, long offset) {
    inFlight.add(partition + "-" + offset);
  }

  @Override
  public void drain() {
    failure.throwIfFailed();
    if (progress.away && size() > 0) {
      throw failure.remember(away());
    }
    progress.processed.addAll(inFlight);
    inFlight.clear();
  }

  @Override
  public int size() {
    return inFlight.size();
  }

  @Override
  public void close() {
    inFlight.clear();
    super.close();
  }
}
