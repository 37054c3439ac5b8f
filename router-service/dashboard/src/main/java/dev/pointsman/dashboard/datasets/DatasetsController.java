package dev.pointsman.dashboard.datasets;

import dev.pointsman.chat.json.FieldException;
import dev.pointsman.dashboard.query.NativeAnswers;
import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Patch;
import io.micronaut.http.annotation.Post;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** TensorZero's {@code /v1/datasets/*}, and its list of datasets. */
@Controller
@Requires(beans = DatasetWork.class)
final class DatasetsController {

  private static final int MAX_DATASETS = 10_000;

  private final DatasetWork work;
  private final NativeAnswers answers;

  DatasetsController(DatasetWork work, NativeAnswers answers) {
    this.work = work;
    this.answers = answers;
  }

  @Post(
      value = "/v1/datasets/{name}/datapoints",
      consumes = MediaType.ALL,
      produces = MediaType.ALL)
  CompletableFuture<HttpResponse<byte[]>> create(String name, HttpRequest<byte[]> request) {
    return answers.answer(request, fields -> work.create(name, fields));
  }

  @Patch(
      value = "/v1/datasets/{name}/datapoints",
      consumes = MediaType.ALL,
      produces = MediaType.ALL)
  CompletableFuture<HttpResponse<byte[]>> change(String name, HttpRequest<byte[]> request) {
    return answers.answer(request, fields -> work.change(name, fields));
  }

  @Patch(
      value = "/v1/datasets/{name}/datapoints/metadata",
      consumes = MediaType.ALL,
      produces = MediaType.ALL)
  CompletableFuture<HttpResponse<byte[]>> rename(String name, HttpRequest<byte[]> request) {
    return answers.answer(request, fields -> work.rename(name, fields));
  }

  @Delete(
      value = "/v1/datasets/{name}/datapoints",
      consumes = MediaType.ALL,
      produces = MediaType.ALL)
  CompletableFuture<HttpResponse<byte[]>> delete(String name, HttpRequest<byte[]> request) {
    return answers.answer(request, fields -> work.delete(name, fields));
  }

  @Delete(value = "/v1/datasets/{name}", produces = MediaType.ALL)
  CompletableFuture<HttpResponse<byte[]>> deleteAll(String name) {
    return answers.run(() -> work.delete(name));
  }

  @Post(
      value = "/v1/datasets/{name}/from_inferences",
      consumes = MediaType.ALL,
      produces = MediaType.ALL)
  CompletableFuture<HttpResponse<byte[]>> fromInferences(String name, HttpRequest<byte[]> request) {
    return answers.answer(request, fields -> work.fromInferences(name, fields));
  }

  @Post(
      value = "/v1/datasets/{name}/list_datapoints",
      consumes = MediaType.ALL,
      produces = MediaType.ALL)
  CompletableFuture<HttpResponse<byte[]>> list(String name, HttpRequest<byte[]> request) {
    return answers.answer(request, fields -> work.list(name, fields));
  }

  @Post(
      value = "/v1/datasets/{name}/get_datapoints",
      consumes = MediaType.ALL,
      produces = MediaType.ALL)
  CompletableFuture<HttpResponse<byte[]>> get(String name, HttpRequest<byte[]> request) {
    return answers.answer(request, fields -> work.get(name, fields));
  }

  /** An older path of TensorZero's. */
  @Post(value = "/v1/datasets/get_datapoints", consumes = MediaType.ALL, produces = MediaType.ALL)
  CompletableFuture<HttpResponse<byte[]>> getOfAny(HttpRequest<byte[]> request) {
    return answers.answer(request, fields -> work.get(null, fields));
  }

  @Get(value = "/internal/datasets", produces = MediaType.ALL)
  CompletableFuture<HttpResponse<byte[]>> datasets(HttpRequest<?> request) {
    return answers.run(
        () -> {
          for (String name : request.getParameters().names()) {
            if (!List.of("function_name", "limit", "offset").contains(name)) {
              throw new FieldException(
                  name,
                  "unknown parameter `%s`: there are function_name, limit, offset".formatted(name));
            }
          }
          return work.datasets(
              request.getParameters().get("function_name"),
              number(request, "limit", MAX_DATASETS),
              number(request, "offset", 0));
        });
  }

  private static int number(HttpRequest<?> request, String name, int otherwise) {
    String text = request.getParameters().get(name);
    if (text == null) {
      return otherwise;
    }
    if (!text.matches("[0-9]{1,6}")) {
      throw new FieldException(name, "`%s` must be a whole number up to 999999".formatted(name));
    }
    return Integer.parseInt(text);
  }
}
