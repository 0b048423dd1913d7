/* Shows the API's own description. An external file, since the content policy allows no inline script. */
"use strict";

document.addEventListener("DOMContentLoaded", function () {
  const place = document.getElementById("api");
  const csrf = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  window.SwaggerUIBundle({
    url: place.dataset.schema,
    domNode: place,
    deepLinking: true,
    docExpansion: "none",
    // The validator badge would ask another host.
    validatorUrl: null,
    requestInterceptor: function (request) {
      if (csrf) request.headers["X-CSRFToken"] = decodeURIComponent(csrf[1]);
      return request;
    },
  });
});
