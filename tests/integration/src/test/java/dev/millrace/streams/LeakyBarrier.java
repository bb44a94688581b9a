package dev.millrace.streams;

import dev.millrace.streams.internals.CommitBarrier;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.state.StoreBuilder;

/**
 * A commit barrier that does not wait for answers before a commit. So a crash loses the records in
 * flight.
 */
final class LeakyBarrier extends CommitBarrier {

  private LeakyBarrier(String name) {
    super(name);
  }

  static StoreBuilder<CommitBarrier> leakyBuilder(String name) {
    return new Builder(name);
  }

  @Override
  public void recordAccepted(long now, Duration silence) {}

  @Override
  public void flushCache() {}

  @Override
  public void commit(Map<TopicPartition, Long> offsets) {}

  private record Builder(String name) implements StoreBuilder<CommitBarrier> {
    @Override
    public CommitBarrier build() {
      return new LeakyBarrier(name);
    }

    @Override
    public StoreBuilder<CommitBarrier> withCachingEnabled() {
      return this;
    }

    @Override
    public StoreBuilder<CommitBarrier> withCachingDisabled() {
      return this;
    }

    @Override
    public StoreBuilder<CommitBarrier> withLoggingEnabled(Map<String, String> config) {
      throw new UnsupportedOperationException("a commit barrier has no content to log");
    }

    @Override
    public StoreBuilder<CommitBarrier> withLoggingDisabled() {
      return this;
    }

    @Override
    public Map<String, String> logConfig() {
      return Map.of();
    }

    @Override
    public boolean loggingEnabled() {
      return false;
    }
  }
}
