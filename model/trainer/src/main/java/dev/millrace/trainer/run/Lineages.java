package dev.millrace.trainer.run;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.model.Lineage;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.decode.OpenCvVersion;
import dev.millrace.onnx.OnnxRuntimeInfo;
import dev.millrace.trainer.data.LabelledImage;
import dev.millrace.trainer.data.LabelledImages;
import dev.millrace.trainer.torch.ProcessorName;
import dev.millrace.trainer.torch.TorchVersion;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Records how a version is trained. */
public final class Lineages {

  private Lineages() {}

  /**
   * {@return the lineage of a training on some images}
   *
   * @param progress the training's position and number of threads
   */
  static Lineage of(TrainingConfig config, LabelledImages images, RunProgress progress) {
    Map<String, String> recipe = RunOptions.of(config, images);
    recipe.put("device", config.compute().device().toString());
    recipe.remove(RunOptions.CLASSES); // the manifest lists them
    return new Lineage(
        recipe,
        config.options(),
        config.seed(),
        progress.threads(),
        config.pretrained().map(from -> from.origin()).orElse("He"),
        progress.epoch(),
        progress.batch(),
        data(images),
        libraries());
  }

  private static Lineage.Data data(LabelledImages images) {
    List<Integer> classes = new ArrayList<>(Collections.nCopies(images.labels().size(), 0));
    StringBuilder all = new StringBuilder();
    for (LabelledImage image : images.images()) {
      classes.set(image.label(), classes.get(image.label()) + 1);
      all.append(image.content()).append(' ').append(images.labels().get(image.label()));
      all.append(' ').append(image.key()).append('\n');
    }
    return new Lineage.Data(Sha256.of(all.toString()), classes);
  }

  /**
   * {@return versions, by name, of the libraries that compute the weights, decode the images and
   * measure the versions, and the processor, on which the last bits depend}
   */
  public static Map<String, String> libraries() {
    Map<String, String> libraries = new TreeMap<>();
    libraries.put("libtorch", TorchVersion.read());
    libraries.put("onnxruntime", OnnxRuntimeInfo.read().version());
    libraries.put("opencv", OpenCvVersion.read());
    libraries.put("java", Runtime.version().toString());
    libraries.put("processor", ProcessorName.read());
    libraries.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    String own = Lineages.class.getPackage().getImplementationVersion();
    if (own != null) {
      libraries.put("millrace", own);
    }
    return libraries;
  }
}
