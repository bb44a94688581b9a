package dev.millrace.service.command.train;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class TrainCommandTest {

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--run=r | either --data or --labels-topic",
        "--data=images --freeze=layer1"
            + "| --freeze needs --from-version, --from-weights or --from-encoder",
        "--data=images --patience=2 --promote-if-better=0.2"
            + "| patience: the best epoch is chosen on the images",
        "--data=images --keep=2 --promote-if-better=0.2"
            + "| keep: the best epoch is chosen on the images",
        "--data=images --from-version=1 | there is no repository folder"
      })
  void wrongUse_isRefused(String options, String why) {
    TrainCommand train = new TrainCommand();
    String[] line =
        Stream.concat(
                Stream.of("--model=m", "--repository=" + folder.resolve("models")),
                Stream.of(options.split(" ")))
            .toArray(String[]::new);

    assertThatThrownBy(
            () -> {
              new CommandLine(train).parseArgs(line);
              train.config();
            })
        .hasMessageContaining(why);
  }
}
