package dev.millrace.streams.control;

import dev.millrace.control.Champion;
import dev.millrace.control.ControlReader;
import dev.millrace.control.StatusTopic;
import dev.millrace.control.SwapReport;
import java.time.Duration;
import java.util.List;

/** The channel that uses the control topic and the status topic. Owns and closes both clients. */
record KafkaControlChannel(ControlReader reader, StatusTopic status) implements ControlChannel {

  @Override
  public boolean isThere() {
    return reader.isThere();
  }

  @Override
  public List<Champion> poll(Duration patience) {
    return reader.poll(patience);
  }

  @Override
  public void publish(SwapReport report) {
    status.publish(report);
  }

  @Override
  public void wakeup() {
    reader.wakeup();
  }

  @Override
  public void close() {
    reader.close();
    status.close();
  }
}
