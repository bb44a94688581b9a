package dev.millrace.benchmarks.contender;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.millrace.core.model.Device;
import dev.millrace.onnx.OrtLibrary;
import dev.millrace.onnx.OrtSessions;
import java.nio.FloatBuffer;
import java.util.Map;

/**
 * A network that takes one data point of float32 numbers at a time. ONNX Runtime runs the network
 * on the calling thread. Thread-safe until it is closed.
 */
final class PointNetwork implements AutoCloseable {

  private final OrtSession session;
  private final String input;
  private final long[] shape;

  /**
   * Loads a network.
   *
   * @param onnx an ONNX file as its exporter wrote it, with one input, whose first axis is the
   *     batch
   */
  PointNetwork(byte[] onnx) throws OrtException {
    session = OrtSessions.open(onnx, Device.CPU);
    input = session.getInputNames().iterator().next();
    shape = ((TensorInfo) session.getInputInfo().get(input).getInfo()).getShape();
    shape[0] = 1;
  }

  /** Returns the network's output for a data point. */
  float[] scores(float[] values) {
    try (OnnxTensor point =
            OnnxTensor.createTensor(OrtLibrary.environment(), FloatBuffer.wrap(values), shape);
        OrtSession.Result result = session.run(Map.of(input, point))) {
      return ((float[][]) result.get(0).getValue())[0];
    } catch (OrtException e) {
      throw new IllegalStateException("the network does not run", e);
    }
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
