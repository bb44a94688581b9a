package dev.millrace.onnx;

import ai.onnxruntime.OrtSession;
import dev.millrace.core.model.Device;
import java.nio.file.Path;

/**
 * The bytes of an ONNX file, ready for ONNX Runtime.
 *
 * @param bytes the file's bytes; the array must not change
 * @param weights the folder with the weights that are in other files; null if the file contains all
 *     weights
 */
@SuppressWarnings("ArrayRecordComponent") // the bytes are never compared and never printed
record SerializedModel(byte[] bytes, Path weights) {

  /** Creates a model that contains all of its weights. */
  SerializedModel(byte[] bytes) {
    this(bytes, null);
  }

  /**
   * Loads the model.
   *
   * @return a session that the caller closes
   * @throws dev.millrace.core.model.ModelException if the model cannot be loaded or the device is
   *     not available
   */
  OrtSession open(Device device) {
    return OrtSessions.open(this, device, true);
  }
}
