// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"net/http"
	"strings"

	"github.com/quantumrerank/quantumrerank/reranker/server/api"
)

func errorCohere(p *api.Problem, body api.Body) (int, any) {
	return p.Status(), struct {
		ID      string `json:"id"`
		Message string `json:"message"`
	}{body.RequestID, body.Message}
}

// errorDetail is the shape of Jina, Voyage and Xinference.
func errorDetail(p *api.Problem, body api.Body) (int, any) {
	return p.Status(), struct {
		Detail string `json:"detail"`
	}{body.Message}
}

func errorMixedbread(p *api.Problem, body api.Body) (int, any) {
	return p.Status(), struct {
		Message string `json:"message"`
		Type    string `json:"type"`
	}{body.Message, string(p.Code)}
}

// errorTEI says 424 for a failure of the model, which no other dialect does.
func errorTEI(p *api.Problem, body api.Body) (int, any) {
	status := p.Status()
	if status == http.StatusInternalServerError {
		status = http.StatusFailedDependency
	}
	return status, struct {
		Error string `json:"error"`
		Type  string `json:"error_type"`
	}{body.Message, p.Code.Family()}
}

// errorObject is the member "error" of dialects that follow OpenAI.
type errorObject struct {
	Message string  `json:"message"`
	Type    string  `json:"type"`
	Param   *string `json:"param"`
	Code    int     `json:"code"`
}

func openAIError(p *api.Problem, status int, kind string) any {
	e := errorObject{Message: p.Message, Type: kind, Code: status}
	if len(p.Violations) > 0 {
		e.Param = &p.Violations[0].Field
	}
	return struct {
		Error errorObject `json:"error"`
	}{e}
}

// semantic400 is the status in dialects that call every bad request 400.
func semantic400(p *api.Problem) int {
	if p.Status() == http.StatusUnprocessableEntity {
		return http.StatusBadRequest
	}
	return p.Status()
}

func errorOpenAI(p *api.Problem, _ api.Body) (int, any) {
	status := semantic400(p)
	kind := strings.ReplaceAll(http.StatusText(status), " ", "") + "Error"
	if status == http.StatusBadRequest {
		kind = "BadRequestError"
	}
	return status, openAIError(p, status, kind)
}

// fastAPIDetail is one element of the list that FastAPI makes of a request
// that does not fit its model.
type fastAPIDetail struct {
	Location []any  `json:"loc"`
	Message  string `json:"msg"`
	Type     string `json:"type"`
}

func errorInfinity(p *api.Problem, body api.Body) (int, any) {
	status := p.Status()
	switch {
	case status == http.StatusUnauthorized:
		return errorDetail(p, body)
	case status != http.StatusUnprocessableEntity && p.Code != api.CodeWrongType:
		return status, openAIError(p, status, string(p.Code))
	}
	list := make([]fastAPIDetail, 0, len(p.Violations))
	for _, v := range p.Violations {
		location := []any{"body", v.Field}
		if v.Index != nil {
			location = append(location, *v.Index)
		}
		list = append(list, fastAPIDetail{location, v.Message, string(v.Code)})
	}
	return http.StatusUnprocessableEntity, struct {
		Detail []fastAPIDetail `json:"detail"`
	}{list}
}

// llamaCppTypes are the names that llama.cpp gives to statuses.
var llamaCppTypes = map[int]string{
	http.StatusBadRequest:         "invalid_request_error",
	http.StatusUnauthorized:       "authentication_error",
	http.StatusForbidden:          "permission_error",
	http.StatusNotFound:           "not_found_error",
	http.StatusServiceUnavailable: "unavailable_error",
}

func errorLlamaCpp(p *api.Problem, _ api.Body) (int, any) {
	status := semantic400(p)
	kind, ok := llamaCppTypes[status]
	switch {
	case ok:
	case status < http.StatusInternalServerError:
		kind = "invalid_request_error"
	default:
		kind = "server_error"
	}
	type object struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
		Type    string `json:"type"`
	}
	return status, struct {
		Error object `json:"error"`
	}{object{status, p.Message, kind}}
}

func errorNIM(p *api.Problem, body api.Body) (int, any) {
	return p.Status(), struct {
		Object  string `json:"object"`
		Message string `json:"message"`
		Detail  string `json:"detail"`
		Type    string `json:"type"`
		Code    int    `json:"code"`
	}{"error", body.Message, body.Message, string(p.Code), p.Status()}
}
