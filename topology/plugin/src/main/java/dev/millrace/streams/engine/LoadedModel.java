package dev.millrace.streams.engine;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.ModelRuntime;
import dev.millrace.core.model.ModelSession;
import dev.millrace.core.repository.ModelVersion;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A verified version with a warm session on every device. */
final class LoadedModel implements AutoCloseable {

  private final ModelVersion version;
  private final Map<Device, ModelSession> sessions = new LinkedHashMap<>();

  private LoadedModel(ModelVersion version) {
    this.version = version;
  }

  /**
   * Loads and warms up; a failure leaves nothing open.
   *
   * @throws dev.millrace.core.model.ModelException if the version cannot be served on one of the
   *     devices
   */
  static LoadedModel load(
      ModelRuntime runtime, ModelVersion version, List<Device> devices, int maxBatchSize) {
    LoadedModel model = new LoadedModel(version);
    try {
      for (Device device : devices) {
        ModelSession session = runtime.open(version, device);
        model.sessions.put(device, session);
        warmUp(
            session,
            version.manifest().preprocessing(),
            new BatchSizes(device.kind(), maxBatchSize));
      }
      return model;
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  private static void warmUp(ModelSession session, Preprocessing preprocessing, BatchSizes sizes) {
    List<Integer> toWarmUp = sizes.toWarmUp();
    int largest = toWarmUp.get(toWarmUp.size() - 1);
    ByteBuffer pixels = ByteBuffer.allocateDirect(largest * preprocessing.bytes());
    FloatBuffer probabilities = floats(largest * session.classes());
    for (int size : toWarmUp) {
      session.run(pixels, size, probabilities);
    }
  }

  static FloatBuffer floats(int count) {
    return ByteBuffer.allocateDirect(count * Float.BYTES)
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  ModelVersion version() {
    return version;
  }

  ModelSession session(Device device) {
    return sessions.get(device);
  }

  @Override
  public void close() {
    sessions.values().forEach(ModelSession::close);
  }
}
