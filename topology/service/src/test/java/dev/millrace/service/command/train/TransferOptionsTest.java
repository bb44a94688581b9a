package dev.millrace.service.command.train;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelFiles;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.Provenance;
import dev.millrace.core.repository.WeightFile;
import dev.millrace.service.command.options.ModelOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class TransferOptionsTest {

  @TempDir private Path folder;

  @Test
  void versionWithWeightsBesideItsModelFile_isRefusedAsAStart() throws IOException {
    Path weights = Files.writeString(folder.resolve("weights"), "weights");
    var unused =
        new ModelRepository(folder)
            .publish(
                "m",
                new ModelFiles(
                    new byte[] {1},
                    Map.of("weights-1.bin", new WeightFile(weights, Sha256.of(weights)))),
                new Preprocessing(32, 32, Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD),
                new Labels(List.of("a", "b")),
                new Provenance(
                    new ModelManifest.Source("import", null, null), null, Map.of(), null),
                null);
    TransferOptions options =
        CommandLine.populateCommand(new TransferOptions(), "--from-version", "1");
    ModelOption model =
        CommandLine.populateCommand(
            new ModelOption(), "--model", "m", "--repository", folder.toString());

    assertThatThrownBy(() -> options.pretrained(model))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "m version 1 keeps its weights in weights-1.bin, because they are too large for one"
                + " file, and no training starts from such a version; choose another version, or"
                + " give the weights with --from-weights");
  }
}
