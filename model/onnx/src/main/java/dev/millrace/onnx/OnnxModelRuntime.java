package dev.millrace.onnx;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.Quantization;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.runtime.AnswerKind;
import dev.millrace.core.runtime.ModelRuntime;
import dev.millrace.core.runtime.ModelSession;

/**
 * Opens models in ONNX Runtime, on the CPU or an NVIDIA GPU. A version that is not prepared is
 * prepared in memory each time that it is opened.
 *
 * <p>A session on the CPU runs each batch only on the calling thread, so call the session from one
 * thread per core. A session on a GPU runs all nodes on the GPU. If the GPU cannot run a node, the
 * session cannot be opened. A GPU that supports TF32 rounds the factors of float32 multiplications
 * to TF32, unless the runtime was created by {@link #withoutTf32}.
 */
public final class OnnxModelRuntime implements ModelRuntime {

  private final boolean tf32;

  /** Creates a runtime that uses TF32 where a GPU supports it. */
  public OnnxModelRuntime() {
    this(true);
  }

  private OnnxModelRuntime(boolean tf32) {
    this.tf32 = tf32;
  }

  /**
   * {@return a runtime whose probabilities on a GPU are as close to the probabilities on a CPU as
   * float32 permits} On a GPU, this runtime is several times slower than a runtime with TF32.
   */
  public static OnnxModelRuntime withoutTf32() {
    return new OnnxModelRuntime(false);
  }

  @Override
  public ModelSession open(ModelVersion version, Device device) {
    byte[] file = version.readVerified();
    Preprocessing preprocessing = version.manifest().preprocessing();
    Labels labels = version.labels();
    try {
      RepositoryWeights.requireOnly(file, version.weights().keySet());
      SerializedModel model =
          version.isPrepared()
              ? new SerializedModel(file, version.folder())
              : ModelPreparation.prepare(
                      ExportedModel.of(file), preprocessing, labels, null, version.scores())
                  .serialized();
      ModelSession session = open(model, device, tf32, preprocessing, labels);
      if ((session.answers() == AnswerKind.INDEPENDENT) != version.manifest().independent()) {
        session.close();
        throw otherKind(version);
      }
      requireReferenceAnswers(version, session);
      return session;
    } catch (ModelException e) {
      throw new ModelException(version + ": " + e.getMessage(), e);
    }
  }

  /** Requires that a quantised version gives the same answers as on the machine that made it. */
  private static void requireReferenceAnswers(ModelVersion version, ModelSession session) {
    Quantization quantization = version.manifest().quantization();
    if (quantization == null) {
      return;
    }
    try {
      ReferenceAnswers.read(
              version.folder().resolve(quantization.reference().file()),
              version.manifest().preprocessing().bytes(),
              session.classes())
          .require(session, quantization.reference().bound());
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
  }

  private static ModelException otherKind(ModelVersion version) {
    if (version.isPrepared()) {
      return new ModelException(
          "the model file and its manifest disagree whether the classes are independent: import the"
              + " model again");
    }
    return new ModelException(
        version.manifest().independent()
            ? "the model's scores are not independent: remove the parameter scores from config.pbtxt"
            : "the model's scores are independent: add 'parameters { key: \"scores\" value {"
                + " string_value: \"independent\" } }' to config.pbtxt");
  }

  /**
   * Opens a prepared model that is not in a repository, and whose file contains all weights.
   *
   * @param model the prepared file, as {@link PreparedModel#bytes()} returns it
   * @param device the device to run on
   * @param preprocessing the preprocessing that the model was prepared for
   * @param labels names of the classes
   * @return the session; the caller closes it
   * @throws ModelException if the model cannot be served on the device
   */
  public static ModelSession open(
      byte[] model, Device device, Preprocessing preprocessing, Labels labels) {
    return open(new SerializedModel(model), device, true, preprocessing, labels);
  }

  /**
   * Opens a prepared model that is not in a repository. The weights may still be in the files that
   * the exporter wrote.
   *
   * @param model the prepared model
   * @param device the device to run on
   * @param preprocessing the preprocessing that the model was prepared for
   * @param labels names of the classes
   * @return the session; the caller closes it
   * @throws ModelException if the model cannot be served on the device
   */
  public static ModelSession open(
      PreparedModel model, Device device, Preprocessing preprocessing, Labels labels) {
    return open(model.serialized(), device, true, preprocessing, labels);
  }

  static ModelSession open(
      SerializedModel model,
      Device device,
      boolean tf32,
      Preprocessing preprocessing,
      Labels labels) {
    OrtSession session = OrtSessions.open(model, device, tf32);
    try {
      return new OnnxModelSession(session, PreparedSignature.of(session, preprocessing, labels));
    } catch (ModelException e) {
      try {
        session.close();
      } catch (OrtException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }
}
