package dev.millrace.service.command.inference;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.Labels;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.runtime.ModelSession;
import dev.millrace.events.Prediction;
import dev.millrace.onnx.OnnxModelRuntime;
import dev.millrace.onnx.PreparedModel;

/**
 * A model that is loaded on the CPU, with the properties that predictions contain.
 *
 * @param identity name, version and checksum of the model
 * @param labels names of the classes
 * @param independent whether the classes are independent of each other
 * @param preprocessing the preprocessing of the model's images
 * @param session the session; this object closes it
 */
public record CpuModel(
    Prediction.Model identity,
    Labels labels,
    boolean independent,
    Preprocessing preprocessing,
    ModelSession session)
    implements AutoCloseable {

  /**
   * Loads a version of a repository.
   *
   * @param version the version
   * @return the model; the caller closes it
   * @throws dev.millrace.core.model.ModelException if the version cannot be served
   */
  public static CpuModel of(ModelVersion version) {
    return new CpuModel(
        new Prediction.Model(version.name(), version.version(), version.sha256()),
        version.labels(),
        version.manifest().independent(),
        version.manifest().preprocessing(),
        new OnnxModelRuntime().open(version, Device.CPU));
  }

  /**
   * Loads a prepared model that is in no repository. Its version is 0.
   *
   * @param name the model's name
   * @param prepared the prepared model
   * @param labels names of the classes
   * @param independent whether the classes are independent of each other
   * @param preprocessing the preprocessing of the model's images
   * @return the model; the caller closes it
   * @throws dev.millrace.core.model.ModelException if the model cannot be served
   */
  public static CpuModel of(
      String name,
      PreparedModel prepared,
      Labels labels,
      boolean independent,
      Preprocessing preprocessing) {
    return new CpuModel(
        new Prediction.Model(name, 0, Sha256.of(prepared.bytes())),
        labels,
        independent,
        preprocessing,
        OnnxModelRuntime.open(prepared, Device.CPU, preprocessing, labels));
  }

  @Override
  public void close() {
    session.close();
  }
}
