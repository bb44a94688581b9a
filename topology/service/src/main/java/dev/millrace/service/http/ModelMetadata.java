package dev.millrace.service.http;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.http.infer.InferRequest;
import java.util.List;

/**
 * A model's metadata, as the Open Inference Protocol defines them. The JSON has the fields in the
 * order of this record.
 *
 * @param versions the versions that serve
 * @param platform Triton's name for the model's format and runtime
 */
record ModelMetadata(
    String name,
    List<String> versions,
    String platform,
    List<Tensor> inputs,
    List<Tensor> outputs) {

  private static final Tensor IMAGE =
      new Tensor(InferRequest.INPUT, InferRequest.BYTES, List.of(-1));

  /**
   * An input or output of the model.
   *
   * @param shape the dimensions; -1 stands for the batch size, which is variable
   */
  record Tensor(String name, String datatype, List<Integer> shape) {}

  /**
   * Returns the metadata of a version.
   *
   * @param infers whether requests for inference are answered. If they are, the input is described
   *     as in these requests, which hold encoded images. Otherwise, the model's own input is
   *     described
   */
  static ModelMetadata of(ModelVersion serving, boolean infers) {
    return new ModelMetadata(
        serving.name(),
        List.of(Integer.toString(serving.version())),
        "onnxruntime_onnx",
        List.of(infers ? IMAGE : pixels(serving.manifest().preprocessing())),
        List.of(
            new Tensor(
                InferRequest.OUTPUT, InferRequest.FP32, List.of(-1, serving.labels().size()))));
  }

  private static Tensor pixels(Preprocessing preprocessing) {
    return new Tensor(
        "pixels", "UINT8", List.of(-1, preprocessing.height(), preprocessing.width(), 3));
  }
}
